import { Writable } from 'node:stream'
import { memoryStore } from '@latchkey/store'
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { createFailureLimiter } from '../src/failure-limiter.js'
import { apiKey } from '../src/index.js'
import { issueKey, randomKeyId } from '../src/key-format.js'
import { stage } from './fixtures/stage.js'

const failures = { limit: 5, window: 60 }

function unknownKey(): string {
  return issueKey('acme', { environment: 'live', id: randomKeyId() })
}

t.test('a flood of well-formed unknown keys is limited before the store', async (t) => {
  const { counting, status, clock, get } = await stage(t, { failures })
  counting.reset()
  const answers = new Map<number, number>()
  for (let index = 0; index < 200; index++) {
    const answer = await status(unknownKey())
    answers.set(answer, (answers.get(answer) ?? 0) + 1)
  }
  t.same(
    answers,
    new Map([
      [401, 5],
      [429, 195],
    ]),
  )
  t.equal(counting.total(), 5)
  const response = await get(unknownKey())
  t.equal(response.statusCode, 429)
  t.equal(response.headers['retry-after'], '60')
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_THROTTLED')
  clock.advance(60)
  t.equal(await status(unknownKey()), 401, 'a new window')
})

t.test('a flood at once is limited, too', async (t) => {
  const { counting, status } = await stage(t, { failures })
  counting.reset()
  const answers = await Promise.all(Array.from({ length: 300 }, () => status(unknownKey())))
  t.ok(counting.total() <= 20, `${counting.total()} calls`)
  t.equal(answers.filter((answer) => answer === 401).length, 5)
})

t.test('keys in use go on from an address that is limited', async (t) => {
  const { clock, issue, status } = await stage(t, { failures, cacheTtl: 10 })
  const { key } = await issue()
  const other = await issue()
  t.equal(await status(key), 200)
  for (let index = 0; index < 10; index++) await status(unknownKey())
  t.equal(await status(key), 200)
  clock.advance(10)
  t.equal(await status(key), 200, 'also when its record must be read again')
  t.equal(await status(other.key), 429, 'one that is not known here has to wait')
  t.equal(await status(other.key, { remoteAddress: '192.0.2.1' }), 200, 'elsewhere it works')
})

t.test('a wrong secret, an unknown id and a revoked key are limited alike', async (t) => {
  const { app, issue, keep, status } = await stage(t, { failures })
  const { info } = await issue()
  const revoked = await issue()
  await app.apiKeys.revoke(revoked.info.id)
  const wrong = keep(issueKey('acme', { environment: 'live', id: info.id }))
  for (const [index, key] of [wrong, revoked.key, unknownKey()].entries()) {
    const remoteAddress = `192.0.2.${index}`
    const answers: number[] = []
    for (let time = 0; time < 7; time++) answers.push(await status(key, { remoteAddress }))
    t.same(answers, [401, 401, 401, 401, 401, 429, 429])
  }
})

t.test('addresses of one /64 count as one, others do not', async (t) => {
  const { status } = await stage(t, { failures })
  for (let index = 0; index < 5; index++) {
    t.equal(await status(unknownKey(), { remoteAddress: `2001:db8::${index}` }), 401)
  }
  t.equal(await status(unknownKey(), { remoteAddress: '2001:db8::ffff:1' }), 429)
  t.equal(await status(unknownKey(), { remoteAddress: '2001:db8:0:1::1' }), 401)
})

t.test('V4.1.3: a forged X-Forwarded-For is no way around the limit', async (t) => {
  const { status } = await stage(t, { failures })
  const answers: number[] = []
  for (let index = 0; index < 7; index++) {
    answers.push(await status(unknownKey(), { headers: { 'x-forwarded-for': `10.0.0.${index}` } }))
  }
  t.same(answers, [401, 401, 401, 401, 401, 429, 429])
})

t.test('V2.4.1: without any option, 30 bad keys a minute are looked at', async (t) => {
  const { counting, status } = await stage(t)
  counting.reset()
  let refused = 0
  for (let index = 0; index < 40; index++) if ((await status(unknownKey())) === 401) refused++
  t.equal(refused, 30)
  t.equal(counting.total(), 30)
})

t.test('an unknown id is remembered as such, and bounded', async (t) => {
  const { clock, counting, status } = await stage(t, { failures: false, cacheSize: 10 })
  const key = unknownKey()
  counting.reset()
  for (let index = 0; index < 20; index++) t.equal(await status(key), 401)
  t.equal(counting.total(), 1)
  clock.advance(30)
  await status(key)
  t.equal(counting.total(), 2)
  for (let index = 0; index < 20; index++) await status(unknownKey())
  await status(key)
  t.equal(counting.total(), 23, 'others have driven it out')
})

t.test('the limiter counts what is under way', async (t) => {
  const limiter = createFailureLimiter({ limit: 1, window: 10 })
  for (let index = 0; index < 4; index++) t.equal(limiter.admit('192.0.2.1', 0), 0)
  t.equal(limiter.admit('192.0.2.1', 0), 1)
  limiter.release('192.0.2.1')
  t.equal(limiter.admit('192.0.2.1', 0), 0)
  limiter.release('192.0.2.2')
  t.equal(limiter.record('192.0.2.1', 4), 0)
  t.equal(limiter.record('192.0.2.1', 4.5), 6)
  t.equal(limiter.admit('192.0.2.1', 4.5), 6)
})

t.test('no limiter limits nothing', async (t) => {
  const limiter = createFailureLimiter(null)
  for (let index = 0; index < 1000; index++) {
    t.equal(limiter.admit('192.0.2.1', 0) + limiter.record('192.0.2.1', 0), 0)
    limiter.release('192.0.2.1')
  }
})

t.test('in production a missing trustProxy is warned of while failures count', async (t) => {
  const before = process.env.NODE_ENV
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  const isWarned = async (env: string, trustProxy: boolean, options: object) => {
    process.env.NODE_ENV = env
    let log = ''
    const stream = new Writable({
      write(chunk, _encoding, callback) {
        log += String(chunk)
        callback()
      },
    })
    const app: FastifyInstance = fastify({ logger: { stream }, trustProxy })
    t.teardown(() => app.close())
    const scoped: FastifyPluginAsync = async (scope) => {
      await scope.register(apiKey, { prefix: 'acme', store: memoryStore(), ...options })
    }
    await app.register(scoped)
    return log.includes('trustProxy')
  }
  t.equal(await isWarned('production', false, {}), true)
  t.equal(await isWarned('production', true, {}), false)
  t.equal(await isWarned('production', false, { failures: false }), false)
  t.equal(await isWarned('test', false, {}), false)
})
