import fc from 'fast-check'
import t from 'tap'
import { parseKey } from '../src/index.js'
import { issueKey } from '../src/key-format.js'
import { stage } from './fixtures/stage.js'

const runs = Number(process.env.LATCHKEY_FUZZ ?? 10_000)

const base62 = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
const word = (length: number) =>
  fc.array(base62, { minLength: length, maxLength: length }).map((letters) => letters.join(''))

/** Texts from noise to keys that are right in all but the secret. */
const credential = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ maxLength: 300 }),
  fc.nat(8000).map((length) => 'acme_live_'.repeat(length)),
  fc.string().map((text) => `acme_${text}`),
  fc
    .tuple(fc.constantFrom('live', 'test', 'LIVE', ''), word(16), word(43), word(6))
    .map(([environment, id, secret, sum]) => `acme_${environment}_${id}_${secret}_${sum}`),
  word(16).map((id) => issueKey('acme', { environment: 'live', id })),
  fc
    .tuple(word(16), fc.nat(80), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }))
    .map(([id, at, text]) => {
      const key = issueKey('acme', { environment: 'live', id })
      return key.slice(0, at) + text + key.slice(at + 1)
    }),
)

t.test('no text gets in, breaks anything, or is in the log', async (t) => {
  const { app, log, issue } = await stage(t, { failures: false, cacheSize: 1000 })
  await issue()
  const authenticate = app.mechanisms.find('api-key')?.authenticate
  t.ok(authenticate)
  let served = 0
  await fc.assert(
    fc.asyncProperty(credential, fc.boolean(), async (text, isBearer) => {
      const headers = isBearer ? { authorization: `Bearer ${text}` } : { 'x-api-key': text }
      const outcome = await authenticate?.({ headers, ip: '192.0.2.1' } as never, {} as never)
      if (outcome == null || !('refusal' in outcome)) return false
      // A whole request costs a hundred times as much, and differs in nothing that depends on text.
      if (served++ % 50 > 0) return true
      const response = await app.inject({ url: '/', headers })
      const isRefused = response.statusCode === 401 || response.statusCode === 400
      const challenge = String(response.headers['www-authenticate'])
      const isSilent =
        text.length < 8 || (!response.body.includes(text) && !challenge.includes(text))
      return isRefused && challenge.startsWith('Bearer realm="api"') && isSilent
    }),
    { numRuns: runs },
  )
  t.ok(log().includes('incoming request'))
})

t.test('what was presented is in no log line', async (t) => {
  const { app, log } = await stage(t, { failures: false })
  const keys: string[] = []
  await fc.assert(
    fc.asyncProperty(
      word(16).map((id) => issueKey('acme', { environment: 'live', id })),
      async (key) => {
        const response = await app.inject({ url: '/', headers: { 'x-api-key': key } })
        keys.push(key)
        return response.statusCode === 401
      },
    ),
    { numRuns: Math.ceil(runs / 100) },
  )
  const lines = log()
  t.ok(lines.includes('incoming request'))
  t.same(
    keys.filter((key) => lines.includes(key.slice(27, 70))),
    [],
  )
})

t.test('parsing takes what issuing makes, and nothing with a changed character', async () => {
  fc.assert(
    fc.property(word(16), fc.nat(74), base62, (id, at, letter) => {
      const key = issueKey('acme', { environment: 'live', id })
      const changed = key.slice(0, at) + letter + key.slice(at + 1)
      const isSame = changed === key
      return parseKey(key, 'acme')?.id === id && (parseKey(changed, 'acme') !== null) === isSame
    }),
    { numRuns: runs },
  )
})
