import { type MechanismHarness, mechanismContract } from '@latchkey/identity/contract'
import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { session } from '../src/index.js'
import { testClock } from './fixtures/clock.js'

interface Stage {
  readonly fail: () => void
  readonly advance: (seconds: number) => void
}

const stages = new WeakMap<FastifyInstance, Map<string, Stage>>()

const harness: MechanismHarness = {
  async register(app, name) {
    const clock = testClock()
    const { store, fail } = failingStore(memoryStore({ clock }))
    const stage = stages.get(app) ?? new Map<string, Stage>()
    stages.set(app, stage.set(name, { fail, advance: clock.advance }))
    await app.register(session, { store, name, clock, cacheSize: 0 })
    app.post(`/${name}/login`, async (request) => request.login('u1', { mechanism: name }))
    app.post(`/${name}/logout`, async (request) => request.logout({ mechanism: name }))
  },
  valid: logIn,
  expected: { subject: 'u1', issuer: 'app', kind: 'user' },
  async bad(app, name) {
    const good = await logIn(app, name)
    const [token = ''] = good.secrets
    const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`
    const ended = await logIn(app, name)
    await app.inject({ method: 'POST', url: `/${name}/logout`, headers: ended.headers })
    const nothing = (what: string, text: string) =>
      ({ what, ...present(text, name), secrets: [text], outcome: 'nothing' }) as const
    return [
      nothing('malformed', 'certainly-no-token'),
      nothing('forged', changed),
      nothing('of a session that never was', `${'0'.repeat(22)}.${'A'.repeat(43)}`),
      nothing('logged out', ended.secrets[0] ?? ''),
      {
        what: 'sent twice',
        headers: { cookie: `${name}=${token}; ${name}=${token}` },
        secrets: [token],
      },
    ]
  },
  present,
  outage: (app, name) => stages.get(app)?.get(name)?.fail(),
}

async function logIn(app: FastifyInstance, name: string) {
  const response = await app.inject({ method: 'POST', url: `/${name}/login` })
  const token = response.cookies[0]?.value ?? ''
  return { headers: { cookie: `${name}=${token}` }, secrets: [token] }
}

function present(text: string, name: string) {
  return { headers: { cookie: `${name}=${text}` } }
}

for (const { name, run } of mechanismContract) t.test(name, () => run(harness))
