import { Ajv } from 'ajv'
import fastify from 'fastify'
import t from 'tap'
import {
  type AuthEvent,
  channels,
  type Decision,
  eventSchemas,
  identity,
  publishEvent,
  publishRevocation,
  refuseDecision,
} from '../src/index.js'
import { appOf, byCookie, byHeader, listen, someone, stub } from './fixtures/stub.js'
import { exchange, start } from './fixtures/wire.js'

const ajv = new Ajv({ strict: true })
const validators = new Map(
  Object.entries(eventSchemas).map(([name, schema]) => [name, ajv.compile(schema)]),
)

/** Everything that a schema has to say against an event. */
function faultsOf(event: unknown): unknown {
  const { outcome } = event as AuthEvent
  const validate = validators.get(`latchkey:${outcome}`)
  if (validate === undefined) return `no schema for "${outcome}"`
  return validate(JSON.parse(JSON.stringify(event))) ? null : validate.errors
}

t.test('V16.1.1 every channel has a schema, and every schema a channel', async (t) => {
  t.same(
    Object.values(channels)
      .map(({ name }) => name)
      .sort(),
    Object.keys(eventSchemas).sort(),
  )
  for (const [name, { $id }] of Object.entries(eventSchemas)) t.equal($id, name)
})

t.test(
  'V16.2.1 V16.2.4 V16.3.1 every request leaves one event: when, where, who, what',
  async (t) => {
    const down = stub('down', () => ({ unavailable: { reason: 'store' } }))
    const broken = stub('broken', () => undefined)
    const keyed = stub('keyed', () => ({ refusal: { reason: 'expired', credentialId: 'k7' } }))
    const acted = stub('acted', () => ({
      identity: someone('acted', { actor: { subject: 'bot', actor: { subject: 'outer' } } }),
    }))
    const rows: [mechanism: ReturnType<typeof stub>, headers: object, event: object][] = [
      [
        byHeader('key'),
        { 'x-key': 'good' },
        {
          outcome: 'authenticated',
          mechanism: 'key',
          subject: 'key-user',
          issuer: 'test',
          credentialId: 'key-1',
        },
      ],
      [acted, {}, { outcome: 'authenticated', subject: 'acted-user', actor: 'bot' }],
      [
        byHeader('key'),
        { 'x-key': 'bad' },
        { outcome: 'refused', mechanism: 'key', reason: 'bad' },
      ],
      [byHeader('key'), {}, { outcome: 'refused', reason: 'missing' }],
      [
        keyed,
        {},
        { outcome: 'refused', mechanism: 'keyed', reason: 'expired', credentialId: 'k7' },
      ],
      [down, {}, { outcome: 'unavailable', mechanism: 'down', reason: 'store' }],
      [broken, {}, { outcome: 'failed', mechanism: 'broken', reason: 'exception' }],
      [
        byCookie('sid'),
        { cookie: 'sid=good', 'sec-fetch-site': 'cross-site' },
        { outcome: 'csrf', mechanism: 'sid', subject: 'sid-user', reason: 'cross-site' },
      ],
    ]
    for (const [mechanism, headers, event] of rows) {
      const app = await appOf([mechanism], mechanism.name)
      const before = Math.floor(Date.now() / 1000)
      const heard = listen()
      await app.inject({
        method: 'POST',
        url: '/?token=in-the-url',
        headers: { ...headers } as Record<string, string>,
        remoteAddress: '192.0.2.7',
      })
      const events = heard()
      t.equal(events.length, 1)
      t.match(events[0], {
        ...event,
        ip: '192.0.2.7',
        method: 'POST',
        route: '/',
        requestId: 'req-1',
      })
      t.ok(events[0] !== undefined && events[0].at >= before && events[0].at <= Date.now() / 1000)
      t.equal(faultsOf(events[0]), null)
    }
  },
)

t.test('V16.3.3 what was sent twice, or two at once, is told', async (t) => {
  const app = await appOf([byHeader('a'), byHeader('b')], ['a', 'b'])
  t.teardown(() => app.close())
  const port = await start(app)
  const heard = listen()
  await exchange(port, ['X-A: good', 'X-A: good'])
  await exchange(port, ['X-A: good', 'X-B: good'])
  const events = heard()
  t.match(events, [
    { outcome: 'refused', reason: 'repeated' },
    { outcome: 'refused', reason: 'ambiguous' },
  ])
  for (const event of events) t.equal(faultsOf(event), null)
})

t.test('a decision is told with its details', async (t) => {
  const decisions: Decision[] = [
    { effect: 'deny', reason: 'missing-scope', scope: 'a', details: { rule: 3 } },
    { effect: 'challenge', stepUp: { error: 'insufficient_user_authentication', reason: 'stale' } },
  ]
  const key = byHeader('key')
  for (const decision of decisions) {
    const app = fastify()
    await app.register(identity)
    app.addHook('onRequest', (request, reply, done) => {
      done(refuseDecision(request, reply, someone('key'), key, decision as never))
    })
    app.get('/', async () => ({}))
    const heard = listen()
    await app.inject('/')
    const [event] = heard()
    t.equal(event?.outcome, 'denied')
    t.equal(event?.reason, decision.effect === 'deny' ? 'missing-scope' : 'stale')
    t.same(event?.details, decision.effect === 'deny' ? { rule: 3 } : undefined)
    t.equal(faultsOf(event), null)
  }
})

t.test('a decision that lets pass may be told by whoever decides', async (t) => {
  const app = fastify()
  app.get('/', async (request) => {
    const { mechanism, subject, issuer, credentialId } = someone('key')
    publishEvent(channels.allowed, request, { mechanism, subject, issuer, credentialId })
  })
  const heard = listen()
  await app.inject('/')
  const events = heard()
  t.equal(events[0]?.outcome, 'allowed')
  t.equal(faultsOf(events[0]), null)
})

t.test('a request that matched no route is told without one', async (t) => {
  const app = fastify()
  await app.register(identity)
  app.mechanisms.register(byHeader('key'))
  const hook = app.authenticate('key')
  app.setNotFoundHandler({ preHandler: hook as never }, async () => ({}))
  const heard = listen()
  await app.inject('/secret-in-the-path')
  const events = heard()
  t.equal(events.length, 1)
  t.notMatch(JSON.stringify(events), 'secret-in-the-path')
  t.equal(faultsOf(events[0]), null)
})

t.test('a request over a socket of the file system is told with an empty address', async (t) => {
  const heard = listen()
  const request = { id: 1, ip: undefined, method: 'GET', routeOptions: { url: '/' } }
  publishEvent(channels.refused, request as never, { reason: 'missing' })
  const [event] = heard()
  t.equal(event?.ip, '')
  t.equal(faultsOf(event), null)
})

t.test('a revocation is told without a request', async (t) => {
  publishRevocation({ mechanism: 'key', reason: 'nobody listens' })
  const heard = listen()
  publishRevocation({ mechanism: 'key', reason: 'logout', credentialId: 'k1' })
  publishRevocation({
    mechanism: 'key',
    reason: 'disabled',
    subject: 'u1',
    issuer: 'test',
    by: 'root',
    requestId: 'req-9',
  })
  const events = heard()
  t.match(events, [
    { outcome: 'revoked', mechanism: 'key', reason: 'logout', credentialId: 'k1' },
    { outcome: 'revoked', reason: 'disabled', subject: 'u1', issuer: 'test', by: 'root' },
  ])
  for (const event of events) t.equal(faultsOf(event), null)
})

t.test('nobody pays for an event that nobody hears', async (t) => {
  const request = new Proxy({}, { get: () => t.fail('the request was read') })
  publishEvent(channels.allowed, request as never, {})
  t.pass('nothing was read')
})

t.test('V4.1.3 V15.3.4 the address of an event is one that trustProxy vouches for', async (t) => {
  const headers = { 'x-key': 'good', 'x-forwarded-for': '203.0.113.9' }
  for (const [trustProxy, ip] of [
    [false, '192.0.2.7'],
    ['10.0.0.0/8', '192.0.2.7'],
    ['192.0.2.0/24', '203.0.113.9'],
  ] as const) {
    const app = await appOf([byHeader('key')], 'key', { trustProxy })
    const heard = listen()
    await app.inject({ url: '/', headers, remoteAddress: '192.0.2.7' })
    t.equal(heard()[0]?.ip, ip)
  }
})
