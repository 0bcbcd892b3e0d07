import assert from 'node:assert/strict'
import { type Decision, eventually } from './drills.js'
import { startProxy } from './proxy.js'
import { startWorkers, type Worker } from './workers.js'

/** How many of the rounds had exactly one winner. */
export interface RaceResult {
  readonly create: number
  readonly replace: number
  readonly remove: number
  readonly increment: number
}

const callers = [7, 7, 6] as const
const expiresAt = (): number => Date.now() / 1000 + 3600

async function connectAll(
  module: URL,
  inputs: readonly object[],
): Promise<{ workers: readonly Worker[]; stop(): Promise<void> }> {
  const workers = await startWorkers(module, inputs.length)
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
  try {
    await Promise.all(workers.map((worker, place) => worker.call('connect', inputs[place])))
  } catch (error) {
    await stop()
    throw error
  }
  return { workers, stop }
}

/**
 * Lets twenty callers in three processes want the same at once, again and again.
 *
 * @param module Exports `connect({ port, timeout, maxStale })` and `run(drill, ...args)`.
 * @param port Of the server.
 * @param versionOf Reads the version of a record.
 */
export async function raceProcesses(
  module: URL,
  port: number,
  rounds: number,
  versionOf: (key: string) => Promise<string | undefined>,
): Promise<RaceResult> {
  const input = { port, timeout: 30, maxStale: 30 }
  const { workers, stop } = await connectAll(module, [input, input, input])

  async function hasOneWinner(drill: string, ...args: unknown[]): Promise<number> {
    const wins = workers.map((worker, place) => worker.call('run', drill, ...args, callers[place]))
    const total = ((await Promise.all(wins)) as number[]).reduce((sum, each) => sum + each, 0)
    return total === 1 ? 1 : 0
  }

  const won = { create: 0, replace: 0, remove: 0, increment: 0 }
  try {
    for (let round = 0; round < rounds; round++) {
      const key = `race ${round}`
      won.create += await hasOneWinner('create', key, expiresAt())
      won.replace += await hasOneWinner('replace', key, await versionOf(key))
      won.remove += await hasOneWinner('remove', key)
      won.increment += await hasOneWinner('increment', key, 1, expiresAt())
    }
  } finally {
    await stop()
  }
  return won
}

function decide(worker: Worker, policy: string, id: string): Promise<Decision> {
  return worker.call('run', 'decide', policy, id) as Promise<Decision>
}

async function untilRefused(worker: Worker, id: string): Promise<void> {
  await eventually(`"${id}" is refused`, async () => {
    return (await decide(worker, 'open', id)) === 'refused'
  })
}

/**
 * Lets one process revoke while another is cut off from the server in silence, and a third from
 * its feed alone: each must do what its policy says, and miss nothing once the partition heals.
 *
 * @param module Exports `connect({ port, feedPort, timeout, maxStale })` and `run(drill, ...args)`.
 * @param port Of the server.
 */
export async function provePartition(module: URL, port: number): Promise<void> {
  const proxy = await startProxy(port)
  const timing = { timeout: 2, maxStale: 4 }
  const { workers, stop } = await connectAll(module, [
    { port, ...timing },
    { port: proxy.port, ...timing },
    { port, feedPort: proxy.port, ...timing },
  ])
  const [near, apart, deaf] = workers as [Worker, Worker, Worker]
  const during = Array.from({ length: 50 }, (_, place) => `during ${place}`)
  try {
    assert.equal(await decide(apart, 'closed', 'before'), 'accepted')
    await near.call('run', 'revoke', 'before', expiresAt())
    assert.equal(await decide(near, 'open', 'before'), 'refused')
    for (const worker of [apart, deaf]) await untilRefused(worker, 'before')

    proxy.silence()
    for (const id of during) await near.call('run', 'revoke', id, expiresAt())
    for (const worker of [apart, deaf]) {
      await eventually('it is stale', () => worker.call('run', 'isStale'))
      assert.equal(await decide(worker, 'open', 'before'), 'refused')
      assert.equal(await decide(worker, 'closed', 'during 0'), 'unavailable')
      assert.equal(await decide(worker, 'closed', 'never'), 'unavailable')
      assert.equal(await decide(worker, 'open', 'during 0'), 'accepted')
    }
    assert.equal(await decide(apart, 'lookup', 'during 0'), 'unavailable')
    assert.equal(await decide(deaf, 'lookup', 'during 0'), 'refused')
    assert.equal(await decide(deaf, 'lookup', 'never'), 'accepted')

    proxy.heal()
    for (const worker of [apart, deaf]) {
      await eventually('it is live', async () => !(await worker.call('run', 'isStale')))
      for (const id of during) assert.equal(await decide(worker, 'open', id), 'refused')
      assert.equal(await decide(worker, 'closed', 'never'), 'accepted')
    }
  } finally {
    await stop()
    await proxy.stop()
  }
}
