import { type MechanismHarness, mechanismContract } from '@latchkey/identity/contract'
import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { apiKey, type NewKey } from '../src/index.js'
import { type TestClock, testClock } from './fixtures/clock.js'

const owner = { type: 'service', id: 'billing' } as const
const failures = new WeakMap<FastifyInstance, Map<string, () => void>>()
const clocks = new WeakMap<FastifyInstance, TestClock>()

const harness: MechanismHarness = {
  async register(app, name) {
    const clock = clocks.get(app) ?? testClock()
    clocks.set(app, clock)
    const { store, fail } = failingStore(memoryStore({ clock }))
    failures.set(app, (failures.get(app) ?? new Map()).set(name, fail))
    const header = `x-${name}`
    const prefix = `acme_${name}`
    await app.register(apiKey, { prefix, store, name, header, clock, failures: false, cacheTtl: 1 })
  },
  async valid(app, name) {
    const key = await issue(app, name)
    return { ...present(key, name), secrets: [key] }
  },
  expected: { subject: 'billing', issuer: 'app', kind: 'service' },
  async bad(app, name) {
    const keys = app.apiKeysOf(name)
    const clock = clocks.get(app) as TestClock
    const ended = await issue(app, name, { expiresAt: clock() + 10 })
    clock.advance(10)
    const good = await issue(app, name)
    const stranger = await issue(app, name)
    const revoked = await issue(app, name)
    await keys.revoke(idOf(revoked))
    const disabled = await issue(app, name)
    await keys.disable(idOf(disabled))
    const elsewhere = await issue(app, name, { cidrs: ['192.0.2.0/24'] })
    const bad = (what: string, key: string) => ({ what, ...present(key, name), secrets: [key] })
    return [
      bad('malformed', 'certainly-no-key'),
      bad('with a wrong checksum', `${good.slice(0, -6)}000000`),
      bad('with the secret of another', withSecretOf(good, stranger)),
      bad('expired', ended),
      bad('revoked', revoked),
      bad('disabled', disabled),
      bad('from elsewhere', elsewhere),
    ]
  },
  present,
  async outage(app, name) {
    clocks.get(app)?.advance(2)
    failures.get(app)?.get(name)?.()
  },
}

async function issue(app: FastifyInstance, name: string, more: Partial<NewKey> = {}) {
  return (await app.apiKeysOf(name).create({ name: 'a key', owner, ...more })).key
}

function present(text: string, name: string) {
  return { headers: { [`x-${name}`]: text } }
}

function idOf(key: string): string {
  return key.split('_').at(-3) as string
}

function withSecretOf(key: string, other: string): string {
  return key.slice(0, -50) + other.slice(-50)
}

for (const { name, run } of mechanismContract) t.test(name, () => run(harness))
