import { Writable } from 'node:stream'
import { parseChallenges } from '@latchkey/identity'
import { memoryStore } from '@latchkey/store'
import fc from 'fast-check'
import Fastify from 'fastify'
import t from 'tap'
import { jwt } from '../src/index.js'
import { audience, createIssuer, encode, goodClaims, issuer } from './support/issuer.js'

const runs = Number(process.env.LATCHKEY_FUZZ ?? 10_000)
const perRun = 50

/** What a header field can hold at all. */
function asField(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
}

t.test(`of ${runs} invented credentials none passes, fails or is logged`, async (t) => {
  const test = await createIssuer()
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const app = Fastify({ logger: { level: 'trace', stream } })
  t.teardown(() => app.close())
  await app.register(jwt, {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { publicKey: test.publicJwk },
    store: memoryStore(),
    dpop: { origin: audience },
  })
  app.get('/me', { onRequest: app.authenticate('jwt') }, () => 'passed')
  await app.ready()

  const good = test.token()
  const parts = good.split('.')
  const claims = goodClaims()
  const json = fc.jsonValue({ maxDepth: 3 })
  const header = fc.record(
    {
      alg: fc.oneof(fc.constant('ES256'), json),
      typ: fc.oneof(fc.constant('at+jwt'), json),
      kid: json,
      crit: json,
    },
    { requiredKeys: [] },
  )
  const changed = fc
    .tuple(fc.constantFrom('iss', 'aud', 'exp'), json)
    .map(([name, value]) =>
      test.sign({ alg: 'ES256', typ: 'at+jwt', kid: test.kid }, { ...claims, [name]: value }),
    )
    .filter((token) => token !== good)
  const token = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.base64String({ maxLength: 60 }), { maxLength: 6 })
        .map((all) => all.join('.')),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(header, json)
        .map(([head, body]) => `${encode(head)}.${encode(body)}.${parts[2]}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.nat(good.length - 1), fc.string({ maxLength: 3 }))
        .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length + 1)),
    },
    { weight: 1, arbitrary: header.map((head) => `${encode(head)}.${parts[1]}.${parts[2]}`) },
    { weight: 1, arbitrary: changed },
  )
  const scheme = fc.constantFrom('Bearer', 'DPoP', 'bearer', 'DPOP')
  const proof = fc.option(fc.oneof(fc.string(), fc.constant(good)), { nil: undefined })

  async function tryOne(presented: string, scheme: string, dpop: string | undefined) {
    lines.length = 0
    const headers = {
      authorization: `${scheme} ${presented}`,
      ...(dpop && { dpop: asField(dpop) }),
    }
    const response = await app.inject({ url: '/me', headers })
    if (response.statusCode !== 401) throw new Error(`answered ${response.statusCode}`)
    const field = response.headers['www-authenticate']
    if (field === undefined || parseChallenges(String(field)) === null) {
      throw new Error('no challenge')
    }
    const log = lines.join('')
    if (presented.trim().length > 12 && log.includes(presented.trim())) throw new Error('logged')
    if (response.body.includes('at+jwt')) throw new Error('an oracle')
  }

  // Many in a run: starting one costs more than an answer.
  const attempt = fc.tuple(token, scheme, proof)
  const attempts = fc.array(attempt, { minLength: perRun, maxLength: perRun })
  await fc.assert(
    fc.asyncProperty(attempts, async (all) => {
      for (const [credential, scheme, dpop] of all) {
        const presented = asField(credential)
        if (presented !== good) await tryOne(presented, scheme, dpop)
      }
    }),
    { numRuns: Math.ceil(runs / perRun) },
  )
  t.equal(
    (await app.inject({ url: '/me', headers: { authorization: `Bearer ${good}` } })).statusCode,
    200,
  )
})
