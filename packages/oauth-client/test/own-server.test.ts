import { oauthServer } from '@latchkey/oauth-server'
import { generatePrivateJwk, staticKeyring } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { type ClientOptions, latchkey } from '../src/index.js'
import { fastifyAt, listeningClient, takePlace } from './fixtures/listening.js'
import { person } from './fixtures/person.js'
import { until } from './fixtures/until.js'

type Extra = Partial<ClientOptions>

async function scene(
  t: Test,
  more: Extra = {},
  registered: Record<string, unknown> = { client_secret: 'a-client-secret' },
  rules: Record<string, unknown> = {},
) {
  const [idp, place] = [await takePlace(t), await takePlace(t)]
  const server = fastifyAt(idp)
  t.teardown(() => server.close())
  await server.register(oauthServer, {
    issuer: idp.origin,
    preset: 'oidc',
    rules,
    keys: [await staticKeyring([{ key: await generatePrivateJwk('ES256') }])],
    claims: () => ({ name: 'Alice', email: 'alice@example.com', email_verified: true }),
    outbound: { allowPrivate: ['localhost'] },
    scopes: { 'orders:read': 'See your orders' },
    clients: [
      {
        client_id: 'app',
        client_name: 'The App',
        redirect_uris: [`${place.origin}/auth/own/callback`],
        post_logout_redirect_uris: [`${place.origin}/`],
        backchannel_logout_uri: `${place.origin}/auth/own/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        scope: 'openid profile email offline_access orders:read',
        ...registered,
      },
    ],
  })
  await server.ready()
  const secret = 'client_secret' in registered ? { clientSecret: 'a-client-secret' } : {}
  const own = latchkey({ issuer: idp.origin, clientId: 'app', ...secret, ...more })
  const signIns: unknown[] = []
  const { app, store } = await listeningClient(
    t,
    place,
    {
      providers: { own },
      onSignIn: (signIn) => {
        signIns.push(signIn)
        return { account: signIn.identity.key }
      },
    },
    {},
    (app) => {
      const guard = { onRequest: app.authenticate('session') }
      app.get('/token', guard, async (request) => request.tokens('own'))
      app.get('/profile', guard, async (request, reply) => {
        const response = await request.fetchAs('own', `${idp.origin}/userinfo`)
        return reply.code(response.status).send(await response.text())
      })
    },
  )
  return { idp, place, server, app, store, signIns }
}

t.test(
  'signs in with our own server, pushed and bound, then again without a question',
  async (t) => {
    const { idp, place, signIns } = await scene(t)
    const alice = person()
    const end = await alice.walk(`${place.origin}/auth/own?returnTo=/me`)
    t.equal(end.status, 200, end.text)
    const me = JSON.parse(end.text)
    t.equal(me.subject.length, 43)
    const authorize = new URL(alice.visited.find((url) => url.includes('/authorize?')) as string)
    t.match(authorize.searchParams.get('request_uri'), /^urn:ietf:params:oauth:request_uri:/)
    t.same([...authorize.searchParams.keys()].sort(), ['client_id', 'request_uri'])
    t.match(signIns, [
      {
        provider: 'own',
        identity: { issuer: idp.origin, key: me.subject },
        profile: { name: 'Alice', email: 'alice@example.com', emailVerified: true },
        tokens: { tokenType: 'DPoP' },
        linkTo: null,
      },
    ])
    const again = await alice.walk(`${place.origin}/auth/own?returnTo=/me`)
    t.equal(JSON.parse(again.text).subject, me.subject)

    const profile = await alice.walk(`${place.origin}/profile`)
    t.equal(profile.status, 200, profile.text)
    t.equal(JSON.parse(profile.text).name, 'Alice')
  },
)

t.test('a user who says no sees a page, and is not signed in', async (t) => {
  const { place } = await scene(t)
  const alice = person()
  alice.says = 'no'
  const end = await alice.walk(`${place.origin}/auth/own`)
  t.equal(end.status, 403)
  t.match(end.text, /The sign-in was cancelled/)
  t.equal((await alice.walk(`${place.origin}/me`)).status, 401)
})

const ways: readonly [string, () => Promise<[Extra, Record<string, unknown>, object?]>][] = [
  [
    'by a key of its own',
    async () => {
      const privateKey = await generatePrivateJwk('ES256')
      const { d, ...publicKey } = privateKey
      return [
        { privateKey },
        { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } },
      ]
    },
  ],
  [
    'by a secret in the form',
    async () => [
      { clientAuth: 'client_secret_post' },
      { client_secret: 'a-client-secret', token_endpoint_auth_method: 'client_secret_post' },
    ],
  ],
  [
    'as a public client',
    async () => [
      {},
      {
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
  ],
  [
    'with DPoP nonces, where the server demands all it can',
    async () => [
      {},
      { client_secret: 'a-client-secret' },
      { requireDpop: true, requireDpopNonce: true, requirePar: true },
    ],
  ],
  [
    'with bearer tokens, unpushed, where that is wanted',
    async () => [{ dpop: false, pushed: false }, { client_secret: 'a-client-secret' }],
  ],
]
for (const [what, make] of ways) {
  t.test(`signs in ${what}`, async (t) => {
    const [more, registered, rules = {}] = await make()
    const { place } = await scene(t, more, registered, rules as Record<string, unknown>)
    const alice = person()
    const end = await alice.walk(`${place.origin}/auth/own?returnTo=/profile`)
    t.equal(end.status, 200, end.text)
    t.equal(JSON.parse(end.text).name, 'Alice')
  })
}

t.test('a token of the application itself', async (t) => {
  const { app } = await scene(t, { dpop: false })
  const ask = () => app.oauthClient.clientCredentials('own', { scopes: ['orders:read'] })
  const [first, second] = await Promise.all([ask(), ask()])
  t.equal(first.accessToken, second.accessToken)
  t.same(first.scopes, ['orders:read'])
  t.equal((await ask()).accessToken, first.accessToken)
})

t.test('logout ends the session here and there, and in the other applications', async (t) => {
  const { idp, place } = await scene(t)
  const alice = person()
  t.equal((await alice.walk(`${place.origin}/auth/own?returnTo=/me`)).status, 200)
  const end = await alice.post(`${place.origin}/auth/own/logout`)
  t.equal(end.status, 200, end.text)
  t.ok(alice.visited.some((url) => url.startsWith(`${idp.origin}/logout?`)))
  t.equal((await alice.walk(`${place.origin}/me`)).status, 401)
})

t.test('a logout at the server ends the session here', async (t) => {
  const { idp, place } = await scene(t)
  const alice = person()
  t.equal((await alice.walk(`${place.origin}/auth/own?returnTo=/me`)).status, 200)
  await alice.walk(`${idp.origin}/logout`)
  const isOut = async () => (await alice.walk(`${place.origin}/me`)).status === 401
  t.ok(await until(isOut))
})
