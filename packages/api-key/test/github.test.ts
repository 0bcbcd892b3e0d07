import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import t, { type Test } from 'tap'
import {
  apiKey,
  GITHUB_KEYS_URL,
  type GithubKey,
  type GithubLeakReceiverOptions,
  githubKeys,
  githubLeakReceiver,
} from '../src/index.js'
import { type StageOptions, stage } from './fixtures/stage.js'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function published(id: string, key: KeyObject): GithubKey {
  return { key_identifier: id, key: key.export({ type: 'spki', format: 'pem' }).toString() }
}

const KEYS = [published('current', pair.publicKey)]

async function receiver(t: Test, options: GithubLeakReceiverOptions = {}, more: StageOptions = {}) {
  const setting = await stage(t, {
    ...more,
    async routes(app) {
      await more.routes?.(app)
      await app.register(githubLeakReceiver, {
        prefix: '/leaks',
        publicKeys: KEYS,
        clock: leakClock,
        ...options,
      })
    },
  })
  async function post(body: string, headers: Record<string, string> = {}) {
    const signature = sign('sha256', Buffer.from(body), pair.privateKey).toString('base64')
    return setting.app.inject({
      method: 'POST',
      url: '/leaks',
      body,
      headers: {
        'content-type': 'application/json',
        'github-public-key-identifier': 'current',
        'github-public-key-signature': signature,
        ...headers,
      },
    })
  }
  return { ...setting, post }
}

let now = 1_800_000_000
const leakClock = () => now

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

t.test('a signed alert revokes what it found, and is told what was a key', async (t) => {
  const { eventsOf, issue, post, status } = await receiver(t)
  const { key } = await issue()
  const url = 'https://github.com/octocat/Hello-World/blob/main/.env'
  const response = await post(
    JSON.stringify([
      { token: key, type: 'acme_api_key', url, source: 'content' },
      { token: 'acme_live_lookalike', type: 'acme_api_key', url: '', source: 'commit' },
      { token: 'without url', type: 'acme_api_key' },
    ]),
  )
  t.equal(response.statusCode, 200)
  t.same(response.json(), [
    { token_hash: sha256(key), token_type: 'acme_api_key', label: 'true_positive' },
    {
      token_hash: sha256('acme_live_lookalike'),
      token_type: 'acme_api_key',
      label: 'false_positive',
    },
    { token_hash: sha256('without url'), token_type: 'acme_api_key', label: 'false_positive' },
  ])
  t.equal(await status(key), 401)
  t.match(eventsOf('latchkey:key.leaked'), [{ reason: 'github', details: { url } }])
})

const forged: [what: string, headers: Record<string, string>][] = [
  ['without a signature', { 'github-public-key-signature': '' }],
  ['with a signature that is none', { 'github-public-key-signature': 'bm90IGEgc2lnbmF0dXJl' }],
  ['of an unknown key', { 'github-public-key-identifier': 'other' }],
  [
    'signed by another key',
    {
      'github-public-key-signature': sign('sha256', Buffer.from('[]'), other.privateKey).toString(
        'base64',
      ),
    },
  ],
]
for (const [what, headers] of forged) {
  t.test(`an alert ${what} revokes nothing`, async (t) => {
    const { issue, post, status } = await receiver(t)
    const { key } = await issue()
    const response = await post(JSON.stringify([{ token: key, type: 'x' }]), headers)
    t.equal(response.statusCode, 401)
    t.equal(response.json().code, 'LATCHKEY_API_KEY_LEAK_SIGNATURE')
    t.equal(await status(key), 200)
  })
}

t.test('an alert without the headers, or without a body, is 401', async (t) => {
  const { app } = await receiver(t)
  t.equal((await app.inject({ method: 'POST', url: '/leaks', body: '[]' })).statusCode, 401)
  const signature = sign('sha256', Buffer.from(''), pair.privateKey).toString('base64')
  const headers = {
    'github-public-key-identifier': 'current',
    'github-public-key-signature': signature,
  }
  t.equal((await app.inject({ method: 'POST', url: '/leaks', headers })).statusCode, 401)
})

t.test('the signature is over the bytes as they came', async (t) => {
  const { app } = await receiver(t)
  const signed = '[ ]'
  const headers = {
    'content-type': 'application/json',
    'github-public-key-identifier': 'current',
    'github-public-key-signature': sign('sha256', Buffer.from(signed), pair.privateKey).toString(
      'base64',
    ),
  }
  const post = (body: string) => app.inject({ method: 'POST', url: '/leaks', body, headers })
  t.equal((await post(signed)).statusCode, 200)
  t.equal((await post('[]')).statusCode, 401)
})

for (const body of [
  '{',
  '{}',
  'null',
  '[null]',
  '[1]',
  '[{"token":1,"type":"x"}]',
  '[{"token":"x"}]',
  '[{"token":"x","type":"y","url":1}]',
]) {
  t.test(`the signed body ${body} is 400`, async (t) => {
    const { post } = await receiver(t)
    const response = await post(body)
    t.equal(response.statusCode, 400)
    t.equal(response.json().code, 'LATCHKEY_API_KEY_LEAK_REPORT')
  })
}

t.test('several registrations may be looked through', async (t) => {
  const { app, post } = await receiver(
    t,
    { keys: ['api-key', 'partner'] },
    {
      async routes(app) {
        const { memoryStore } = await import('@latchkey/store')
        await app.register(apiKey, { prefix: 'partner', name: 'partner', store: memoryStore() })
      },
    },
  )
  const owner = { type: 'service', id: 'p' } as const
  const { key, info } = await app.apiKeysOf('partner').create({ name: 'p', owner })
  const response = await post(JSON.stringify([{ token: key, type: 'x', url: null }]))
  t.match(response.json(), [{ label: 'true_positive' }])
  t.equal((await app.apiKeysOf('partner').get(info.id))?.state, 'revoked')
})

t.test('keys are fetched when they are needed, and seldom', async (t) => {
  let fetches = 0
  let keys: GithubKey[] = []
  const { post } = await receiver(t, {
    path: '/',
    async publicKeys() {
      fetches++
      return keys
    },
  })
  t.equal(fetches, 0)
  t.equal((await post('[]')).statusCode, 401)
  t.equal((await post('[]')).statusCode, 401)
  t.equal(fetches, 1, 'an unknown id does not make it ask again at once')
  keys = KEYS
  now += 60
  const answers = await Promise.all([post('[]'), post('[]'), post('[]')])
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200],
  )
  t.equal(fetches, 2)
  now += 600
  t.equal((await post('[]')).statusCode, 200)
  t.equal(fetches, 2, 'a known id needs no fetch')
})

t.test('keys that cannot be had are 503, so that the alert comes again', async (t) => {
  let isDown = true
  const { post } = await receiver(t, {
    async publicKeys() {
      if (isDown) throw new Error('down')
      return KEYS
    },
  })
  const response = await post('[]')
  t.equal(response.statusCode, 503)
  t.equal(response.json().code, 'LATCHKEY_API_KEY_LEAK_KEYS_UNAVAILABLE')
  isDown = false
  t.equal((await post('[]')).statusCode, 503)
  now += 5
  t.equal((await post('[]')).statusCode, 200)
})

t.test('a key of another kind is not taken', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { post } = await receiver(t, { publicKeys: [published('current', rsa.publicKey)] })
  t.equal((await post('[]')).statusCode, 503)
})

t.test('the keys come from GitHub, with a token where there is one', async (t) => {
  const requests: unknown[] = []
  const request = async (url: string, options: unknown) => {
    requests.push([url, options])
    return { status: 200, headers: {}, body: JSON.stringify({ public_keys: KEYS }) }
  }
  t.same(await githubKeys({ request })(), KEYS)
  t.same(await githubKeys({ request, token: 'ghp_example' })(), KEYS)
  t.match(requests, [
    [GITHUB_KEYS_URL, { headers: { accept: 'application/vnd.github+json' } }],
    [GITHUB_KEYS_URL, { headers: { authorization: 'Bearer ghp_example' } }],
  ])
})

for (const [what, status, body] of [
  ['a refusal', 403, '{"message":"rate limit"}'],
  ['something else', 200, '{}'],
] as const) {
  t.test(`${what} of GitHub is no list of keys`, async (t) => {
    const request = async () => ({ status, headers: {}, body })
    await t.rejects(githubKeys({ request })(), { message: /^Cannot fetch the keys of GitHub/ })
  })
}

t.test('without any option the keys would come from GitHub', async (t) => {
  const { app } = await stage(t, {
    routes: async (app) => {
      await app.register(githubLeakReceiver, { prefix: '/leaks' })
    },
  })
  t.equal((await app.inject({ method: 'POST', url: '/leaks', body: '[]' })).statusCode, 401)
  t.equal(typeof githubKeys(), 'function')
})
