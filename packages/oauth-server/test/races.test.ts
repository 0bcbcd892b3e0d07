import {
  requireService,
  startPostgres,
  startRedis,
  startRedisCluster,
  startWorkers,
  type Worker,
} from '@latchkey/services'
import t, { type Test } from 'tap'
import { authorizeUrl } from './fixtures/browser.js'
import { makeAssertion } from './fixtures/jwt.js'
import { ecKey } from './fixtures/keys.js'
import { callback, challenge, verifier } from './fixtures/server.js'
import { basic } from './fixtures/tokens.js'

// A hundred where it counts; fewer while somebody waits for it.
const rounds = process.env.CI === 'true' ? 100 : 10
const { kty, crv, x, y, kid } = ecKey
const clients = [
  {
    client_id: 'own',
    client_secret: 'own-secret',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    first_party: true,
  },
  {
    client_id: 'assertive',
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    jwks: { keys: [{ kty, crv, x, y, kid }] },
  },
]
const authorization = basic('own', 'own-secret')
const type = 'application/x-www-form-urlencoded'

interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly cookies: readonly { readonly name: string; readonly value: string }[]
}

const post = (url: string, form: Record<string, string>, headers: object = { authorization }) => ({
  method: 'POST',
  url,
  headers: { 'content-type': type, 'sec-fetch-site': 'same-origin', ...headers },
  payload: new URLSearchParams(form).toString(),
})

/** Two processes on one store, or one where the store is its memory. */
function createRing(workers: readonly Worker[]) {
  const first = workers[0] as Worker
  const one = async (request: object): Promise<Answer> =>
    ((await first.call('send', request, 1)) as Answer[])[0] as Answer
  return {
    one,
    async twenty(...requests: object[]): Promise<Answer[]> {
      const share = 20 / workers.length / requests.length
      const calls = workers.flatMap((worker) =>
        requests.map((request) => worker.call('send', request, share)),
      )
      return ((await Promise.all(calls)) as Answer[][]).flat()
    },
  }
}

type Ring = ReturnType<typeof createRing>

const answerOf = ({ headers }: Answer) => new URL(headers.location ?? 'x:').searchParams
const won = (answers: Answer[]) => answers.filter(({ statusCode }) => statusCode < 300)

async function logIn(ring: Ring): Promise<string> {
  const url = '/development-login?returnTo=%2Fconnected-apps'
  const { cookies } = await ring.one(post(url, { subject: 'alice' }, {}))
  return `${cookies[0]?.name}=${cookies[0]?.value}`
}

async function race(t: Test, ring: Ring): Promise<void> {
  const cookie = await logIn(ring)
  const start = { url: authorizeUrl({ client_id: 'own', scope: null }), headers: { cookie } }
  const redeem = (code: string) =>
    post('/token', { grant_type: 'authorization_code', code, code_verifier: verifier })
  const refresh = (token: string) =>
    post('/token', { grant_type: 'refresh_token', refresh_token: token })
  const codeOf = async () => answerOf(await ring.one(start)).get('code') ?? ''
  const outcomes = { code: 0, dead: 0, refresh: 0, assertion: 0, pushed: 0, decision: 0 }

  for (let round = 0; round < rounds; round++) {
    const winners = won(await ring.twenty(redeem(await codeOf())))
    if (winners.length === 1) outcomes.code++
    const { refresh_token } = JSON.parse(winners[0]?.body ?? '{}')
    if ((await ring.one(refresh(refresh_token))).statusCode === 400) outcomes.dead++

    const tokens = JSON.parse((await ring.one(redeem(await codeOf()))).body)
    const refreshed = won(await ring.twenty(refresh(tokens.refresh_token)))
    const successors = new Set(refreshed.map(({ body }) => JSON.parse(body).refresh_token))
    const [successor = ''] = successors
    if (refreshed.length === 20 && successors.size === 1 && successor.includes('.1.')) {
      outcomes.refresh++
    }

    const now = Math.floor(Date.now() / 1000)
    const assertion = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await makeAssertion({ iat: now, exp: now + 60 }),
    }
    if (won(await ring.twenty(post('/token', assertion, {}))).length === 1) outcomes.assertion++

    const pushed = await ring.one(
      post('/par', {
        client_id: 'own',
        response_type: 'code',
        redirect_uri: callback,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }),
    )
    const { request_uri } = JSON.parse(pushed.body)
    const url = `/authorize?${new URLSearchParams({ client_id: 'own', request_uri })}`
    const answers = await ring.twenty({ url, headers: { cookie } })
    if (answers.filter((answer) => answerOf(answer).has('code')).length === 1) outcomes.pushed++

    const page = await ring.one({ ...start, url: `${start.url}&prompt=consent` })
    const browser = page.cookies[0]
    const action = /<form method="post" action="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const token = /name="token" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const headers = { cookie: `${cookie}; ${browser?.name}=${browser?.value}` }
    const decisions = await ring.twenty(
      post(action, { token, decision: 'approve' }, headers),
      post(action, { token, decision: 'deny' }, headers),
    )
    const counted = decisions.filter((answer) => {
      const params = answerOf(answer)
      return params.has('code') || params.get('error') === 'access_denied'
    })
    if (counted.length === 1) outcomes.decision++
  }
  t.same(outcomes, {
    code: rounds,
    dead: rounds,
    refresh: rounds,
    assertion: rounds,
    pushed: rounds,
    decision: rounds,
  })
}

async function raceOn(t: Test, where: object, processes: number): Promise<void> {
  const module = new URL('fixtures/race-process.js', import.meta.url)
  const workers = await startWorkers(module, processes)
  t.teardown(async () => {
    for (const worker of workers) await worker.stop()
  })
  for (const worker of workers) await worker.call('connect', where, ecKey, clients)
  await race(t, createRing(workers))
}

t.test('one wins of twenty in the memory of a process', async (t) => {
  await raceOn(t, { kind: 'memory' }, 1)
})

const noRedis = requireService('redis-server')
t.test('one wins of twenty in two processes, on Redis', { skip: noRedis }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  await raceOn(t, { kind: 'redis', url: redis.url }, 2)
})

t.test('one wins of twenty in two processes, on Redis Cluster', { skip: noRedis }, async (t) => {
  const cluster = await startRedisCluster()
  t.teardown(() => cluster.stop())
  await raceOn(t, { kind: 'cluster', nodes: cluster.startupNodes }, 2)
})

const noPostgres = requireService('postgres')
t.test('one wins of twenty in two processes, on PostgreSQL', { skip: noPostgres }, async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  await raceOn(t, { kind: 'postgres', url: postgres.url }, 2)
})
