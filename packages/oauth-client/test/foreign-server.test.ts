import { generatePrivateJwk } from '@latchkey/tokens'
import Provider from 'oidc-provider'
import t, { type Test } from 'tap'
import { discovery } from '../src/index.js'
import { listeningClient, takePlace } from './fixtures/listening.js'
import { person } from './fixtures/person.js'
import { until } from './fixtures/until.js'

async function scene(t: Test) {
  const [idp, place] = [await takePlace(t), await takePlace(t)]
  const { kid, ...signing } = await generatePrivateJwk('RS256')
  const provider = new Provider(idp.origin, {
    clients: [
      {
        client_id: 'app',
        client_secret: 'a-client-secret',
        redirect_uris: [`${place.origin}/auth/foreign/callback`],
        post_logout_redirect_uris: [`${place.origin}/`],
        backchannel_logout_uri: `${place.origin}/auth/foreign/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    jwks: { keys: [{ ...signing, kid: 'first' }] },
    cookies: { keys: ['a cookie secret of the provider'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: 'Alice', email: 'alice@example.org', email_verified: true }),
    }),
    // The provider's own guard against private addresses, which tests have.
    fetch: (url: string, options: RequestInit & { dispatcher?: unknown }) => {
      const { dispatcher, ...rest } = options
      return fetch(url, rest)
    },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    ttl: { AccessToken: 3600 },
    features: { backchannelLogout: { enabled: true }, pushedAuthorizationRequests: {} },
  })
  idp.serve(provider.callback())
  const names: (string | null)[] = []
  const client = await listeningClient(
    t,
    place,
    {
      providers: {
        foreign: discovery({
          issuer: idp.origin,
          clientId: 'app',
          clientSecret: 'a-client-secret',
          scopes: ['openid', 'profile', 'email', 'offline_access'],
          authorizationParams: { prompt: 'consent' },
        }),
      },
      onSignIn: ({ identity, profile }) => {
        names.push(profile.name)
        return { account: identity.key }
      },
    },
    {},
    (app) => {
      const guard = { onRequest: app.authenticate('session') }
      app.get('/token', guard, async (request) => request.tokens('foreign'))
    },
  )
  return { idp, place, names, ...client }
}

t.test('signs in with oidc-provider, and again', async (t) => {
  const { place, names } = await scene(t)
  const alice = person()
  const end = await alice.walk(`${place.origin}/auth/foreign?returnTo=/me`)
  t.equal(end.status, 200, end.text)
  const me = JSON.parse(end.text)
  t.same(names, ['Alice'])
  const again = await alice.walk(`${place.origin}/auth/foreign?returnTo=/me`)
  t.equal(JSON.parse(again.text).subject, me.subject)
  const token = JSON.parse((await alice.walk(`${place.origin}/token`)).text)
  t.match(token, { tokenType: 'DPoP', scopes: ['openid', 'profile', 'email', 'offline_access'] })
})

t.test('a cancelled sign-in shows a page', async (t) => {
  const { place } = await scene(t)
  const alice = person()
  alice.says = 'no'
  const end = await alice.walk(`${place.origin}/auth/foreign`)
  t.equal(end.status, 403)
  t.equal((await alice.walk(`${place.origin}/me`)).status, 401)
})

t.test('logout here is logout there', async (t) => {
  const { idp, place } = await scene(t)
  const alice = person()
  t.equal((await alice.walk(`${place.origin}/auth/foreign?returnTo=/me`)).status, 200)
  await alice.post(`${place.origin}/auth/foreign/logout`)
  t.ok(alice.visited.some((url) => url.startsWith(`${idp.origin}/session/end`)))
  t.equal((await alice.walk(`${place.origin}/me`)).status, 401)
})

t.test('V7.1.3: a logout at oidc-provider ends the session here', async (t) => {
  const { idp, place } = await scene(t)
  const alice = person()
  t.equal((await alice.walk(`${place.origin}/auth/foreign?returnTo=/me`)).status, 200)
  await alice.walk(`${idp.origin}/session/end`)
  const isOut = async () => (await alice.walk(`${place.origin}/me`)).status === 401
  t.ok(await until(isOut))
})
