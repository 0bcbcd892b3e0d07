import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import {
  createOutbound,
  type FoundKey,
  type JsonObject,
  prepareSigningKey,
  type RemoteKeys,
  type RemoteKeysOptions,
  remoteKeys,
} from '../src/index.js'
import { freshKey } from './support/fake-key.js'
import { serve } from './support/server.js'

type Answer = (response: ServerResponse) => void

/** A published set that can be changed, broken and counted, and a clock to move. */
async function publish(test: Test, options: Partial<RemoteKeysOptions> = {}) {
  const jwks: JsonObject[] = []
  const state = { now: 1000, maxAge: 'max-age=600', answer: null as Answer | null, errors: 0 }
  const server = await serve((_, response) => {
    if (state.answer !== null) return state.answer(response)
    response.setHeader('cache-control', `public, ${state.maxAge}`)
    response.end(JSON.stringify({ keys: jwks }))
  })
  const outbound = createOutbound({ allowPrivate: [server.host], timeout: 30 })
  test.teardown(async () => {
    outbound.close()
    await server.close()
  })
  const keys = remoteKeys({
    url: `${server.url}/jwks`,
    outbound,
    now: () => state.now,
    onError: () => {
      state.errors += 1
    },
    ...options,
  })
  async function add(kid: string): Promise<void> {
    jwks.push({ ...prepareSigningKey((await freshKey()).jwk, { kid }).publicJwk })
  }
  return { jwks, state, server, keys, add }
}

async function kidOf(found: FoundKey | Promise<FoundKey>): Promise<string | null | undefined> {
  const key = await found
  return key === 'unavailable' || key === null ? key : key.kid
}

const fail: Answer = (response) => response.writeHead(500).end()

/** Waits for a fetch in the background. */
async function until(keys: RemoteKeys, done: () => boolean): Promise<void> {
  while (!done()) await keys.reload()
}

t.test('the set is fetched when it is needed, once for all who ask', async (t) => {
  const { keys, server, add } = await publish(t)
  await add('a')
  t.equal(server.requests(), 0)
  const found = await Promise.all(Array.from({ length: 50 }, () => kidOf(keys.find('ES256', 'a'))))
  t.same(new Set(found), new Set(['a']))
  t.equal(server.requests(), 1)
  t.notOk(keys.find('ES256', 'a') instanceof Promise, 'a known key is found synchronously')
})

t.test('fifty unknown keys cost one fetch within the cool-down', async (t) => {
  const { keys, server, state, add } = await publish(t, { cooldown: 30 })
  await add('a')
  await keys.find('ES256', 'a')
  state.now += 30
  const found = await Promise.all(
    Array.from({ length: 50 }, (_, index) => kidOf(keys.find('ES256', `x${index}`))),
  )
  t.same(new Set(found), new Set([null]))
  t.equal(server.requests(), 2)
  t.equal(await kidOf(keys.find('ES256', 'y')), null)
  t.equal(server.requests(), 2, 'none before the cool-down is over')
  state.now += 29
  await keys.find('ES256', 'y')
  t.equal(server.requests(), 2)
  state.now += 1
  await keys.find('ES256', 'y')
  t.equal(server.requests(), 3)
})

t.test('a rotated key is found with the first token that names it', async (t) => {
  const { keys, server, state, add } = await publish(t)
  await add('a')
  await keys.find('ES256', 'a')
  await add('b')
  state.now += 30
  t.equal(await kidOf(keys.find('ES256', 'b')), 'b')
  t.equal(server.requests(), 2)
})

t.test('the set is fetched ahead of its expiry, and nobody waits for it', async (t) => {
  const { keys, server, state, add } = await publish(t)
  await add('a')
  await keys.find('ES256', 'a')
  state.now += 479
  keys.find('ES256', 'a')
  t.equal(keys.describe().fetches, 1, 'four fifths of 600 seconds are not over')
  state.now += 1
  t.notOk(keys.find('ES256', 'a') instanceof Promise)
  keys.find('ES256', 'a')
  await until(keys, () => keys.describe().fetchedAt === 1480)
  t.equal(server.requests(), 2)
})

t.test('what the server says about caching is kept within a minute and a day', async (t) => {
  const rows: [string, number][] = [
    ['max-age=1', 48],
    ['max-age=100', 80],
    ['max-age=99999999', 69_120],
    ['no-store', 480],
    ['s-maxage=1', 480],
  ]
  for (const [maxAge, ahead] of rows) {
    const { keys, state, add } = await publish(t, { cooldown: 1 })
    state.maxAge = maxAge
    await add('a')
    await keys.find('ES256', 'a')
    state.now += ahead - 1
    keys.find('ES256', 'a')
    t.equal(keys.describe().fetches, 1, maxAge)
    state.now += 1
    keys.find('ES256', 'a')
    t.equal(keys.describe().fetches, 2, maxAge)
    await keys.reload()
  }
})

t.test(
  'known keys survive an outage up to its bound, and nobody can tell about others',
  async (t) => {
    const { keys, state, add } = await publish(t, { maxStale: 3600 })
    await add('a')
    await keys.find('ES256', 'a')
    state.answer = fail
    state.now += 3599
    t.equal(await kidOf(keys.find('ES256', 'a')), 'a')
    await keys.reload()
    t.equal(await kidOf(keys.find('ES256', 'b')), 'unavailable', 'an unknown key is no refusal now')
    state.now += 1
    t.equal(await kidOf(keys.find('ES256', 'a')), 'unavailable')
    state.answer = null
    state.now += 60
    t.equal(await kidOf(keys.find('ES256', 'a')), 'a', 'back again')
  },
)

t.test('a server that is down is asked after growing pauses', async (t) => {
  const { keys, server, state } = await publish(t)
  state.answer = fail
  t.equal(await kidOf(keys.find('ES256', 'a')), 'unavailable')
  t.equal(await kidOf(keys.find('ES256', 'a')), 'unavailable')
  t.equal(server.requests(), 1, 'not again at once')
  const asked: number[] = []
  for (let second = 0; second < 600; second += 1) {
    state.now += 1
    const before = server.requests()
    await keys.find('ES256', 'a')
    if (server.requests() > before) asked.push(second)
  }
  t.ok(asked.length >= 10 && asked.length <= 40, `asked ${asked.length} times in ten minutes`)
  const pauses = asked.slice(1).map((second, index) => second - (asked[index] as number))
  t.ok(pauses.every((pause) => pause <= 61))
  t.ok(
    pauses.slice(6).every((pause) => pause >= 30),
    'half a minute at least in the end',
  )
  t.equal(state.errors, server.requests())
})

t.test('what is wrong with an answer is told, and nothing of it is used', async (t) => {
  const rows: [string, Answer, RegExp][] = [
    ['a failure', fail, /the status 500/],
    ['not found', (response) => response.writeHead(404).end('{"keys":[]}'), /the status 404/],
    ['no JSON', (response) => response.end('<html>'), /no set of public keys/],
    ['no set', (response) => response.end('{}'), /no set of public keys/],
    [
      'doubled members',
      (response) => response.end('{"keys":[],"keys":[]}'),
      /no set of public keys/,
    ],
    [
      'huge',
      (response) => response.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`),
      /more than 262144 bytes/,
    ],
    ['a redirect', (response) => response.writeHead(302, { location: '/other' }).end(), /redirect/],
    ['broken off', (response) => response.destroy(), /Cannot call/],
  ]
  for (const [what, answer, message] of rows) {
    const { keys, server, state } = await publish(t)
    state.answer = answer
    t.equal(await kidOf(keys.find('ES256', 'a')), 'unavailable', what)
    t.match(keys.describe().lastError, message, what)
    t.equal(server.requests(), 1)
  }
})

t.test('without a word about caching, a clock or listeners it works by its defaults', async (t) => {
  const { publicJwk } = await freshKey()
  const server = await serve((_, response) => response.end(JSON.stringify({ keys: [publicJwk] })))
  const outbound = createOutbound({ allowPrivate: [server.host] })
  const keys = remoteKeys({ url: server.url, outbound })
  t.equal(await kidOf(keys.find('ES256', undefined)), undefined)
  t.same(keys.describe().kids, [''])
  await server.close()
  await keys.reload()
  t.equal(await kidOf(keys.find('ES256', undefined)), undefined)
  outbound.close()
})

t.test('keys that must not be used are left out and reported', async (t) => {
  const { keys, jwks, add } = await publish(t)
  await add('good')
  jwks.push({ kty: 'RSA', n: 'AQAB', e: 'AQ', kid: 'bad' }, { kty: 'EC', kid: 'worse' })
  t.equal(await kidOf(keys.find('ES256', 'bad')), null)
  t.same(keys.describe().kids, ['good'])
  t.same(
    keys.describe().refused.map(({ kid }) => kid),
    ['bad', 'worse'],
  )
})

t.test('a place that must be found first is looked for again after a failure', async (t) => {
  let found = 0
  const { keys, server, state, add } = await publish(t, {
    url: async () => {
      found += 1
      if (found === 1) throw 'nobody answers'
      return `${server.url}/jwks`
    },
  })
  await add('a')
  t.equal(await kidOf(keys.find('ES256', 'a')), 'unavailable')
  t.equal(keys.describe().lastError, 'nobody answers')
  t.equal(keys.describe().fetchedAt, null)
  state.now += 60
  t.equal(await kidOf(keys.find('ES256', 'a')), 'a')
  state.now += 600
  await keys.reload()
  t.equal(found, 2, 'not again while it works')
})
