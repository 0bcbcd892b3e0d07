import { randomUUID } from 'node:crypto'
import { requireService, startRedis, startWorkers, type Worker } from '@latchkey/services'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { origin } from './fixtures/client.js'
import { type FakeProvider, fakeProvider } from './fixtures/fake-provider.js'
import { until } from './fixtures/until.js'

const module = new URL('fixtures/client-process.js', import.meta.url)

interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly cookies: readonly { name: string; value: string; maxAge?: number }[]
}

const headers = { host: 'app.example.com', 'x-forwarded-proto': 'https' }

async function send(worker: Worker, request: object, callers = 1): Promise<Answer[]> {
  return (await worker.call('send', request, callers)) as Answer[]
}

async function one(worker: Worker, url: string, more: object = {}): Promise<Answer> {
  const [answer] = await send(worker, { url, headers, ...more })
  return answer as Answer
}

function cookieOf({ cookies }: Answer): string {
  return cookies
    .filter(({ maxAge }) => maxAge !== 0)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

/** Begins in one process and ends in the other, as behind a load balancer. */
async function signIn([first, second]: readonly Worker[], provider: FakeProvider): Promise<string> {
  const start = await one(first as Worker, '/auth/acme')
  const callback = provider.agree(start.headers.location).href.replace(origin, '')
  const cookie = cookieOf(start)
  const end = await one(second as Worker, callback, { headers: { ...headers, cookie } })
  if (end.statusCode !== 303) throw new Error(end.body)
  return cookieOf(end)
}

async function scene(t: Test) {
  const redis = await startRedis()
  const provider = await fakeProvider(t)
  const workers = await startWorkers(module, 2)
  t.teardown(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await redis.stop()
  })
  const client = provider.client()
  await Promise.all(workers.map((worker) => worker.call('connect', redis.port, client)))
  return { redis, provider, workers, first: workers[0] as Worker, second: workers[1] as Worker }
}

const skip = requireService('redis-server')

t.test(
  'fifty requests in two processes that need a new token cause one call',
  { skip },
  async (t) => {
    const { provider, workers, redis } = await scene(t)
    // What is given at sign-in ends so soon that every request wants another one.
    provider.behave.token = (answer, { form }) => ({
      body: { ...answer, expires_in: form.get('grant_type') === 'refresh_token' ? 3600 : 5 },
    })
    const cookie = await signIn(workers, provider)
    const request = { url: '/token', headers: { ...headers, cookie } }
    const answers = (await Promise.all(workers.map((each) => send(each, request, 25)))).flat()
    t.equal(answers.length, 50)
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
    t.equal(new Set(answers.map(({ body }) => JSON.parse(body).accessToken)).size, 1)
    const calls = provider.callsTo('/token').map(({ form }) => form.get('grant_type'))
    t.same(calls, ['authorization_code', 'refresh_token'])

    const connection = new Redis(redis.port)
    t.teardown(() => connection.disconnect())
    const dump: string[] = []
    for (const key of await connection.keys('*')) {
      const type = await connection.type(key)
      if (type === 'string') dump.push(key, String(await connection.get(key)))
      if (type === 'hash') dump.push(key, JSON.stringify(await connection.hgetall(key)))
      if (type === 'zset') dump.push(key, (await connection.zrange(key, '0', '-1')).join())
      if (type === 'stream') dump.push(key, JSON.stringify(await connection.xrange(key, '-', '+')))
    }
    t.match(dump.join('\n'), /oauth-client:tokens:/)
    t.notMatch(dump.join('\n'), /at-[0-9a-f]{8}-|rt-[0-9a-f]{8}-|eyJ/, 'nothing rests in the clear')
  },
)

t.test(
  'a back-channel logout in one process ends the session in the other',
  { skip },
  async (t) => {
    const { provider, workers, first, second } = await scene(t)
    const cookie = await signIn(workers, provider)
    const me = async (worker: Worker) =>
      (await one(worker, '/me', { headers: { ...headers, cookie } })).statusCode
    // Both remember the session now.
    t.same([await me(first), await me(second)], [200, 200])

    const at = Math.floor(Date.now() / 1000)
    const claims = {
      iss: provider.issuer,
      aud: 'app',
      iat: at,
      exp: at + 120,
      jti: randomUUID(),
      sid: 'sid-ada',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    }
    const tell = async (typ: string) =>
      one(first, '/auth/acme/backchannel-logout', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ logout_token: await provider.sign(claims, typ) }).toString(),
      })
    t.equal((await tell('JWT')).statusCode, 400)
    t.same([await me(first), await me(second)], [200, 200], 'a forged one does nothing')
    t.equal((await tell('logout+jwt')).statusCode, 200)
    t.equal(await me(first), 401)
    t.ok(await until(async () => (await me(second)) === 401))
  },
)

t.test('a callback that both processes get is completed by one', { skip }, async (t) => {
  const { provider, workers, first } = await scene(t)
  const start = await one(first, '/auth/acme')
  const url = provider.agree(start.headers.location).href.replace(origin, '')
  const request = { url, headers: { ...headers, cookie: cookieOf(start) } }
  const answers = (await Promise.all(workers.map((each) => send(each, request, 10)))).flat()
  const statuses = answers.map(({ statusCode }) => statusCode).sort()
  t.same(statuses, [303, ...Array(19).fill(400)])
})
