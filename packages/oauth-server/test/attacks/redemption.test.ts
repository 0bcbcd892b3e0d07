import { countingStore } from '@latchkey/store/testing'
import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser } from '../fixtures/browser.js'
import { callback, slowly, startServer, verifier } from '../fixtures/server.js'
import {
  basic,
  type Form,
  introspect,
  obtainCode,
  obtainTokens,
  postForm,
  redemption,
  requestToken,
  spoil,
} from '../fixtures/tokens.js'

/** Each leaves the code as it is. */
const refusals: [line: string, what: string, changes: Form, error: string][] = [
  ['D56', 'no verifier', { code_verifier: undefined }, 'invalid_grant'],
  ['E63', 'another redirect_uri', { redirect_uri: `${callback}/` }, 'invalid_grant'],
  ['E66', 'no code', { code: undefined }, 'invalid_request'],
  [
    'I109',
    'a resource that was not granted',
    { resource: 'https://api.example.com' },
    'invalid_target',
  ],
  ['I109', 'an unknown resource', { resource: 'https://unknown.example' }, 'invalid_target'],
  [
    'V9.2.4',
    'two resources',
    { resource: ['https://api.example.com', 'https://auth.example.com'] },
    'invalid_target',
  ],
  [
    'G90',
    'grant_type twice',
    { grant_type: ['authorization_code', 'authorization_code'] },
    'invalid_request',
  ],
  ['G91', 'no grant_type', { grant_type: undefined }, 'invalid_request'],
  ['G91', 'an unknown grant_type', { grant_type: 'magic' }, 'unsupported_grant_type'],
  ['G91', 'the grant_type __proto__', { grant_type: '__proto__' }, 'unsupported_grant_type'],
  ['G91, V10.4.4', 'password', { grant_type: 'password' }, 'unsupported_grant_type'],
  [
    'G91',
    'a grant_type that the client may not use',
    { grant_type: 'client_credentials' },
    'unauthorized_client',
  ],
]

t.test('a redemption that is wrong is refused, and the code stays good', async (t) => {
  const { app } = await startServer()
  for (const [line, what, changes, error] of refusals) {
    await t.test(`${line}: ${what}`, async (t) => {
      const code = await obtainCode(app)
      const response = await requestToken(app, redemption(code, changes))
      t.equal(response.statusCode, 400)
      t.equal(response.json().error, error)
      t.equal(response.headers['cache-control'], 'no-store')
      t.notMatch(response.body, code)
      t.equal((await requestToken(app, redemption(code))).statusCode, 200)
    })
  }
})

t.test('E66: a forged code ends before the store', async (t) => {
  let counting: ReturnType<typeof countingStore> | undefined
  const { app } = await startServer({}, (store) => {
    counting = countingStore(store)
    return counting.store
  })
  const code = await obtainCode(app)
  counting?.reset()
  for (const forged of [
    spoil(code),
    code.replace('.0.', '.1.'),
    code.replace('lkcode', 'lkrefresh'),
    'x',
  ]) {
    const response = await requestToken(app, redemption(forged))
    t.equal(response.json().error, 'invalid_grant')
  }
  t.equal(counting?.total(), 0)
})

t.test('D54, D55, V10.4.6: wrong verifiers are counted, and the third ends the code', async (t) => {
  const { app } = await startServer()
  const wrong = ['x'.repeat(43), verifier.slice(0, 42), `${verifier}!`]
  const code = await obtainCode(app)
  for (const code_verifier of wrong.slice(0, 2)) {
    const response = await requestToken(app, redemption(code, { code_verifier }))
    t.equal(response.json().error, 'invalid_grant')
  }
  t.equal((await requestToken(app, redemption(code))).statusCode, 200, 'two do not burn it')

  const burnt = await obtainCode(app)
  for (const code_verifier of wrong) {
    await requestToken(app, redemption(burnt, { code_verifier }))
  }
  const response = await requestToken(app, redemption(burnt))
  t.equal(response.json().error, 'invalid_grant', 'three do')
})

t.test('a replay without the verifier ends nothing', async (t) => {
  const { app } = await startServer()
  const code = await obtainCode(app)
  const { access_token } = (await requestToken(app, redemption(code))).json()
  await requestToken(app, redemption(code, { code_verifier: 'x'.repeat(43) }))
  t.equal((await introspect(app, access_token)).active, true)
})

t.test('D57: a verifier where no challenge was bound is refused', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const url = authorizeUrl({
    client_id: 'legacy',
    code_challenge: null,
    code_challenge_method: null,
  })
  const form = async (): Promise<Form> => {
    const { code } = answerOf(await approve(browser, url))
    return { grant_type: 'authorization_code', code, redirect_uri: callback }
  }
  const downgraded = await requestToken(
    app,
    { ...(await form()), code_verifier: verifier },
    'legacy',
  )
  t.equal(downgraded.json().error, 'invalid_grant')
  const response = await requestToken(app, await form(), 'legacy')
  t.equal(response.statusCode, 200)
  t.equal(response.json().refresh_token, undefined, 'V10.4.4: no refresh token without the grant')
})

t.test('E59, V10.4.2: a code that is redeemed again ends its grant', async (t) => {
  const { app, advance } = await startServer()
  const code = await obtainCode(app)
  const tokens = (await requestToken(app, redemption(code))).json()
  advance(30)
  t.equal((await introspect(app, tokens.access_token)).active, true)
  const replay = await requestToken(app, redemption(code))
  t.equal(replay.statusCode, 400)
  t.equal(replay.json().error, 'invalid_grant')
  t.same(await introspect(app, tokens.access_token), { active: false })
  const { refresh_token } = tokens
  const refreshed = await requestToken(app, { grant_type: 'refresh_token', refresh_token })
  t.equal(refreshed.json().error, 'invalid_grant')
})

t.test(
  'E60, V15.4.2: of fifty redemptions at once one succeeds, and then the grant is dead',
  async (t) => {
    const { app } = await startServer({}, slowly)
    const code = await obtainCode(app)
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => requestToken(app, redemption(code))),
    )
    const [winner, ...others] = responses.filter(({ statusCode }) => statusCode === 200)
    t.equal(others.length, 0)
    t.same(await introspect(app, winner?.json().access_token), { active: false })
  },
)

t.test(
  'E61, V10.4.3: a code is good for sixty seconds, or as long as the client has it',
  async (t) => {
    const { app, advance } = await startServer()
    const early = await obtainCode(app)
    advance(59)
    t.equal((await requestToken(app, redemption(early))).statusCode, 200)
    const late = await obtainCode(app)
    advance(60)
    t.equal((await requestToken(app, redemption(late))).json().error, 'invalid_grant')
    const url = authorizeUrl({ client_id: 'legacy' })
    const { code } = answerOf(await approve(createBrowser(app, 'alice'), url))
    advance(30)
    const response = await requestToken(app, redemption(code as string), 'legacy')
    t.equal(response.json().error, 'invalid_grant')
  },
)

t.test('an expired code whose grant lives on is not a replay', async (t) => {
  const { app, store, advance } = await startServer()
  const code = await obtainCode(app)
  const id = (code.split('_')[1] as string).split('.')[0]
  const record = await store.get(`oauth:grant:${id}`)
  const value = record?.value as Record<string, never>
  await store.replace(`oauth:grant:${id}`, record?.version as string, value, {
    expiresAt: 1_900_000_000,
  })
  advance(61)
  t.equal((await requestToken(app, redemption(code))).json().error, 'invalid_grant')
})

t.test("E62: another client's code is refused, and stays good for its own", async (t) => {
  const { app } = await startServer()
  const code = await obtainCode(app)
  const foreign = await postForm(
    app,
    '/token',
    redemption(code, { client_id: 'other', client_secret: 'other-secret' }),
  )
  t.equal(foreign.json().error, 'invalid_grant')
  t.equal((await requestToken(app, redemption(code))).statusCode, 200)
})

t.test('E63: redirect_uri may be left out, as OAuth 2.1 has it', async (t) => {
  const { app } = await startServer()
  const code = await obtainCode(app)
  const response = await requestToken(app, redemption(code, { redirect_uri: undefined }))
  t.equal(response.statusCode, 200)
})

t.test('E64: a code is worth nothing once the user is gone', async (t) => {
  let users = ['alice']
  const { app } = await startServer({ claims: (sub) => (users.includes(sub) ? {} : null) })
  const code = await obtainCode(app)
  users = []
  t.equal((await requestToken(app, redemption(code))).json().error, 'invalid_grant')
})

t.test('D58, E66: what the store has makes no code and no token', async (t) => {
  const kept: string[] = []
  const { app } = await startServer({}, (store) => ({
    ...store,
    create: (key, value, options) => {
      kept.push(key, JSON.stringify(value))
      return store.create(key, value, options)
    },
    replace: (key, version, value, options) => {
      kept.push(JSON.stringify(value))
      return store.replace(key, version, value, options)
    },
  }))
  const code = await obtainCode(app)
  const tokens = (await requestToken(app, redemption(code))).json()
  const all = kept.join('\n')
  for (const secret of [code, verifier, tokens.access_token, tokens.refresh_token]) {
    t.notOk(all.includes(secret), 'no verifier, no token')
  }
  t.notOk(all.includes(basic('web').slice(6)))
})

t.test(
  'I108, V9.2.4: a token is for one resource, with the scopes that mean something there',
  async (t) => {
    const { app } = await startServer()
    const scope = 'orders:read offline_access'
    const body = await obtainTokens(app, { scope, resource: 'https://api.example.com/' })
    const claims = JSON.parse(
      Buffer.from(body.access_token?.split('.')[1] ?? '', 'base64url').toString(),
    )
    t.equal(claims.aud, 'https://api.example.com', 'I109: the slash makes no difference')
    t.equal(claims.scope, 'orders:read')
    t.equal(body.scope, 'orders:read')
  },
)

t.test('E65: a code that is injected into another session fails by its verifier', async (t) => {
  const { app } = await startServer()
  const stolen = await obtainCode(app, {}, 'mallory')
  const code_verifier = `${verifier.slice(0, -1)}A`
  const response = await requestToken(app, redemption(stolen, { code_verifier }))
  t.equal(response.json().error, 'invalid_grant')
})

t.test('V2.3.1: no step counts without the ones before it', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const settled = await browser.post('/authorize/0123456789abcdefghijkl', { decision: 'approve' })
  t.equal(settled.statusCode, 404)
  const bare = await requestToken(app, { grant_type: 'refresh_token' })
  t.equal(bare.json().error, 'invalid_request')
  const response = await requestToken(app, redemption('lkcode_x.0.y'))
  t.equal(response.json().error, 'invalid_grant')
})
