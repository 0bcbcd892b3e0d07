import { countingStore } from '@latchkey/store/testing'
import t from 'tap'
import type { ClientMetadata } from '../../src/records/client-metadata.js'
import { makeKey, makeProof } from '../fixtures/jwt.js'
import { clients, slowly, startServer } from '../fixtures/server.js'
import {
  type Form,
  introspect,
  obtainCode,
  obtainTokens,
  postForm,
  redemption,
  requestToken,
} from '../fixtures/tokens.js'

type App = Awaited<ReturnType<typeof startServer>>['app']

const refresh = (app: App, refresh_token: string | undefined, more: Form = {}) =>
  requestToken(app, { grant_type: 'refresh_token', refresh_token, ...more })

t.test('a refresh token gives the next one, with one compare-and-set', async (t) => {
  let counting: ReturnType<typeof countingStore> | undefined
  const { app, advance } = await startServer({}, (store) => {
    counting = countingStore(store)
    return counting.store
  })
  const first = await obtainTokens(app)
  advance(100)
  counting?.reset()
  const response = await refresh(app, first.refresh_token)
  t.equal(response.statusCode, 200)
  t.match(counting?.counts, { create: 0, replace: 1, delete: 0, link: 0, increment: 0, append: 0 })
  const second = response.json()
  t.not(second.refresh_token, first.refresh_token)
  t.equal(second.scope, 'orders:read')
  t.match(await introspect(app, second.access_token), { active: true, sub: 'alice' })
  t.equal((await refresh(app, second.refresh_token)).statusCode, 200)
})

t.test('H95, V10.4.5: a used token ends the family, outside of the grace period', async (t) => {
  const { app, advance } = await startServer()
  const first = await obtainTokens(app)
  const second = (await refresh(app, first.refresh_token)).json()
  advance(10)
  const reuse = await refresh(app, first.refresh_token)
  t.equal(reuse.statusCode, 400)
  t.equal(reuse.json().error, 'invalid_grant')
  t.equal((await refresh(app, second.refresh_token)).json().error, 'invalid_grant')
  t.same(await introspect(app, second.access_token), { active: false })
})

t.test('H96: twenty refreshes at once give one generation and one successor', async (t) => {
  const { app } = await startServer({}, slowly)
  const first = await obtainTokens(app)
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => refresh(app, first.refresh_token)),
  )
  t.same([...new Set(responses.map(({ statusCode }) => statusCode))], [200])
  const successors = new Set(responses.map((response) => response.json().refresh_token))
  t.equal(successors.size, 1)
  t.match([...successors][0], /\.1\./)
})

t.test('H97: within grace the same successor, and never a step back', async (t) => {
  const { app, advance } = await startServer()
  const first = await obtainTokens(app)
  const second = (await refresh(app, first.refresh_token)).json()
  advance(9)
  const again = await refresh(app, first.refresh_token)
  t.equal(again.json().refresh_token, second.refresh_token)
  const third = (await refresh(app, second.refresh_token)).json()
  t.equal((await refresh(app, first.refresh_token)).json().error, 'invalid_grant', 'n - 2')
  t.equal((await refresh(app, third.refresh_token)).json().error, 'invalid_grant', 'and all die')
})

t.test('H97: without a grace period the second use ends the family', async (t) => {
  const { app } = await startServer({ rules: { refreshTokenGrace: 0 } })
  const first = await obtainTokens(app)
  t.equal((await refresh(app, first.refresh_token)).statusCode, 200)
  t.equal((await refresh(app, first.refresh_token)).json().error, 'invalid_grant')
})

t.test('H98: a forged token ends nothing, and never reaches the store', async (t) => {
  let counting: ReturnType<typeof countingStore> | undefined
  const { app } = await startServer({}, (store) => {
    counting = countingStore(store)
    return counting.store
  })
  const { refresh_token = '' } = await obtainTokens(app)
  counting?.reset()
  for (const forged of [
    refresh_token.replace('.0.', '.9.'),
    `${refresh_token.slice(0, -1)}~`,
    refresh_token.replace('lkrefresh', 'lkcode'),
    'x',
  ]) {
    t.equal((await refresh(app, forged)).json().error, 'invalid_grant')
  }
  t.equal(counting?.total(), 0)
  t.equal((await refresh(app, refresh_token)).statusCode, 200)
})

t.test('H99: scope can shrink for one token, and never grow', async (t) => {
  const { app } = await startServer()
  const first = await obtainTokens(app, { scope: 'orders:read orders:write' })
  const wide = await refresh(app, first.refresh_token, { scope: 'orders:read offline_access' })
  t.equal(wide.json().error, 'invalid_scope')
  const narrow = await refresh(app, first.refresh_token, { scope: 'orders:read' })
  t.equal(narrow.json().scope, 'orders:read')
  const whole = await refresh(app, narrow.json().refresh_token)
  t.equal(whole.json().scope, 'orders:read orders:write')
})

t.test('H100: a resource that was not granted is refused, and the token stays good', async (t) => {
  const { app } = await startServer()
  const first = await obtainTokens(app, { resource: 'https://api.example.com' })
  for (const resource of [
    'https://auth.example.com',
    'https://opaque.example.com/v1',
    'https://x.example',
  ]) {
    t.equal((await refresh(app, first.refresh_token, { resource })).json().error, 'invalid_target')
  }
  const resource = 'https://api.example.com/'
  t.equal((await refresh(app, first.refresh_token, { resource })).statusCode, 200)
})

t.test("H101: another client's token is refused, and the family survives", async (t) => {
  const { app } = await startServer()
  const { refresh_token } = await obtainTokens(app)
  const form = { grant_type: 'refresh_token', refresh_token }
  const foreign = await postForm(app, '/token', {
    ...form,
    client_id: 'other',
    client_secret: 'other-secret',
  })
  t.equal(foreign.json().error, 'invalid_grant')
  t.equal((await refresh(app, refresh_token)).statusCode, 200)
})

t.test('H104, V10.4.8: a refresh token ends when unused, and in the end always', async (t) => {
  const { app, advance } = await startServer({
    rules: { refreshTokenIdleTtl: 1000, refreshTokenTtl: 2500 },
  })
  let tokens = await obtainTokens(app)
  for (let turn = 0; turn < 2; turn++) {
    advance(999)
    tokens = (await refresh(app, tokens.refresh_token)).json()
  }
  advance(501)
  t.equal((await introspect(app, tokens.refresh_token)).active, true)
  advance(1)
  t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')

  const idle = await obtainTokens(app)
  advance(1000)
  t.equal((await refresh(app, idle.refresh_token)).json().error, 'invalid_grant')
})

t.test('H104: the absolute end holds while an access token lets the record live on', async (t) => {
  const { app, advance } = await startServer({ rules: { refreshTokenTtl: 100 } })
  const tokens = await obtainTokens(app)
  advance(100)
  t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')
  t.equal((await introspect(app, tokens.refresh_token)).active, false)
  t.equal((await introspect(app, tokens.access_token)).active, true)
})

t.test('H104, V7.4.2: a user who is gone is not refreshed', async (t) => {
  const users = new Set(['alice'])
  const { app } = await startServer({ claims: (sub) => (users.has(sub) ? {} : null) })
  const { refresh_token } = await obtainTokens(app)
  users.clear()
  t.equal((await refresh(app, refresh_token)).json().error, 'invalid_grant')
})

t.test('without rotation a refresh token stays the same', async (t) => {
  const { app } = await startServer({ rules: { rotateRefreshTokens: false } }, slowly)
  const first = await obtainTokens(app)
  const responses = await Promise.all([1, 2, 3].map(() => refresh(app, first.refresh_token)))
  for (const response of responses) t.equal(response.json().refresh_token, first.refresh_token)
})

t.test('with the rule a refresh token needs offline_access', async (t) => {
  const { app } = await startServer({ rules: { refreshTokens: 'offline_access' } })
  t.equal((await obtainTokens(app)).refresh_token, undefined)
  const { refresh_token } = await obtainTokens(app, { scope: 'orders:read offline_access' })
  t.ok(refresh_token)
})

t.test('a grant that was revoked, or has ended, is not refreshed', async (t) => {
  const { app, store } = await startServer()
  const { refresh_token = '' } = await obtainTokens(app)
  await store.delete(`oauth:grant:${(refresh_token.split('_')[1] as string).split('.')[0]}`)
  t.equal((await refresh(app, refresh_token)).json().error, 'invalid_grant')
  t.equal((await introspect(app, refresh_token)).active, false)
})

t.test('the refresh token of one client may stay while those of others rotate', async (t) => {
  const [web, ...others] = clients as [ClientMetadata, ...ClientMetadata[]]
  const { app, advance } = await startServer({
    clients: [{ ...web, rotate_refresh_tokens: false }, ...others],
  })
  const first = await obtainTokens(app)
  for (let turn = 0; turn < 3; turn++) {
    advance(3600)
    const response = await refresh(app, first.refresh_token)
    t.equal(response.json().refresh_token, first.refresh_token)
    t.not(response.json().access_token, first.access_token)
  }
  const code = await obtainCode(app, { client_id: 'other' })
  const own = { client_id: 'other', client_secret: 'other-secret' }
  const { refresh_token } = (await postForm(app, '/token', redemption(code, own))).json()
  const next = await postForm(app, '/token', { grant_type: 'refresh_token', refresh_token, ...own })
  t.not(next.json().refresh_token, refresh_token)
})

t.test('what nothing else holds to a public client rotates, whatever was said', async (t) => {
  const { app } = await startServer({ rules: { rotateRefreshTokens: false } })
  const key = await makeKey()
  for (const isBound of [false, true]) {
    const send = async (form: Form) =>
      postForm(
        app,
        '/token',
        { ...form, client_id: 'spa' },
        isBound ? { dpop: await makeProof(key) } : {},
      )
    const code = await obtainCode(app, { client_id: 'spa' })
    const { refresh_token } = (await send(redemption(code))).json()
    const next = await send({ grant_type: 'refresh_token', refresh_token })
    t.equal(next.json().refresh_token === refresh_token, isBound)
  }
})
