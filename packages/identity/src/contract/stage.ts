import { deepEqual, equal, ok } from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Writable } from 'node:stream'
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { type ParsedChallenge, parseChallenges } from '../challenge-parser.js'
import { channels } from '../events.js'
import type { Identity } from '../identity.js'
import type { Mechanism, Outcome } from '../mechanism.js'
import type { MechanismHarness, Presented } from './harness.js'

/** An application with the mechanism on it, and all that it says about itself. */
export interface Stage {
  readonly app: FastifyInstance
  /** `GET /<name>` wants an identity, `GET /<name>/optional` takes one. */
  get(path: string, presented?: Partial<Presented>): Promise<LightMyRequestResponse>
  /** What the mechanism itself answers. */
  outcome(name: string, presented?: Partial<Presented>): Promise<Outcome>
  mechanism(name: string): Mechanism
  /** The identity that the last request to a route of the stage arrived with. */
  identity(): Identity | null
  /** Every log line and event so far. */
  transcript(): string
}

/**
 * Sets up an application, hands it to a case, and takes it down.
 *
 * @param names Under which the mechanism is registered.
 */
export async function onStage(
  harness: MechanismHarness,
  names: readonly string[],
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const lines: string[] = []
  const listen = (event: unknown): void => {
    lines.push(JSON.stringify(event))
  }
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      lines.push(String(chunk))
      callback()
    },
  })
  const app = fastify({ logger: { level: 'trace', stream } })
  for (const { name } of Object.values(channels)) subscribe(name, listen)
  try {
    await act(await setUp(app, harness, names, lines))
  } finally {
    for (const { name } of Object.values(channels)) unsubscribe(name, listen)
    await app.close()
  }
}

async function setUp(
  app: FastifyInstance,
  harness: MechanismHarness,
  names: readonly string[],
  lines: readonly string[],
): Promise<Stage> {
  const seen: { identity: Identity | null; outcome: Outcome } = { identity: null, outcome: null }
  for (const name of names) await harness.register(app, name)
  for (const name of names) {
    const answer = async (request: { identity: Identity | null }): Promise<{ ok: true }> => {
      seen.identity = request.identity
      return { ok: true }
    }
    app.get(`/${name}`, { onRequest: app.authenticate(name) }, answer)
    const optional = app.authenticate({ any: [name], optional: true })
    app.get(`/${name}/optional`, { onRequest: optional }, answer)
    app.get(`/${name}/outcome`, async (request, reply) => {
      seen.outcome = await mechanismOf(app, name).authenticate(request, reply)
      return { ok: true }
    })
  }
  await app.ready()
  const get: Stage['get'] = async (path, presented = {}) => {
    seen.identity = null
    const { headers = {}, query = {} } = presented
    return await app.inject({ url: path, headers: { ...headers }, query: { ...query } })
  }
  return {
    app,
    get,
    async outcome(name, presented) {
      seen.outcome = null
      const response = await get(`/${name}/outcome`, presented)
      equal(response.statusCode, 200, `authenticate() threw: ${response.body}`)
      return seen.outcome
    },
    mechanism: (name) => mechanismOf(app, name),
    identity: () => seen.identity,
    transcript: () => lines.join('\n'),
  }
}

function mechanismOf(app: FastifyInstance, name: string): Mechanism {
  const mechanism = app.mechanisms.find(name)
  ok(mechanism !== undefined, `nothing is registered as "${name}"`)
  equal(mechanism.name, name, 'the mechanism has another name than it was given')
  return mechanism
}

/** Asserts that a response is a refusal: 401, 400 or 429, with its headers and no hint. */
export function assertRefused(response: LightMyRequestResponse, what: string): void {
  ok([400, 401, 429].includes(response.statusCode), `${what}: answered ${response.statusCode}`)
  equal(response.headers['cache-control'], 'no-store', `${what}: may be cached`)
  if (response.statusCode === 401) readChallenges(response, what)
  const { message } = response.json()
  ok(FIXED.includes(message), `${what}: the body says "${message}"`)
}

const FIXED: readonly string[] = [
  'Authentication is required',
  'The credential was refused',
  'The credential is malformed',
  'Too many attempts',
]

/** Asserts that the challenges of a 401 follow the grammar, and returns them. */
function readChallenges(response: LightMyRequestResponse, what: string): ParsedChallenge[] {
  const field = response.headers['www-authenticate']
  ok(field !== undefined, `${what}: 401 without WWW-Authenticate (RFC 9110 §11.6.1)`)
  return [field].flat().flatMap((line) => {
    const challenges = parseChallenges(String(line))
    ok(challenges !== null, `${what}: the challenge cannot be read: ${line}`)
    return challenges
  })
}

/** Asserts that none of the secrets is in the text. */
export function assertSecret(secrets: readonly string[], text: string, where: string): void {
  const seen = secrets.filter((secret) => secret.length >= 8 && text.includes(secret))
  deepEqual(seen, [], `${where} shows a credential`)
}
