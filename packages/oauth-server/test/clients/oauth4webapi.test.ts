import * as oauth from 'oauth4webapi'
import t from 'tap'
import { consent, listen } from '../fixtures/listening.js'

const redirect_uri = 'http://127.0.0.1:1/cb'
const insecure = { [oauth.allowInsecureRequests]: true }

t.test('oauth4webapi: discovery by RFC 8414, a public client, resource, revocation', async (t) => {
  const server = await listen({
    preset: 'oauth21',
    scopes: { 'orders:read': 'See your orders' },
    resources: { 'https://api.example.com': { scopes: ['orders:read'] } },
    clients: [
      {
        client_id: 'page',
        redirect_uris: [redirect_uri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
  })
  t.teardown(() => server.close())
  const issuer = new URL(server.issuer)
  const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
  const as = await oauth.processDiscoveryResponse(issuer, discovery)
  const client = { client_id: 'page' }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(as.authorization_endpoint as string)
  url.search = new URLSearchParams({
    client_id: 'page',
    redirect_uri,
    response_type: 'code',
    scope: 'orders:read',
    resource: 'https://api.example.com',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  }).toString()
  const params = oauth.validateAuthResponse(as, client, await consent(url), state)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    params,
    redirect_uri,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response)
  t.equal(tokens.scope, 'orders:read')
  const refresh = await oauth.refreshTokenGrantRequest(
    as,
    client,
    oauth.None(),
    tokens.refresh_token as string,
    insecure,
  )
  const next = await oauth.processRefreshTokenResponse(as, client, refresh)
  t.not(next.refresh_token, tokens.refresh_token)
  const request = new Request('https://api.example.com/orders', {
    headers: { authorization: `Bearer ${next.access_token}` },
  })
  const claims = await oauth.validateJwtAccessToken(
    as,
    request,
    'https://api.example.com',
    insecure,
  )
  t.equal(claims.client_id, 'page')
  const revoked = await oauth.revocationRequest(
    as,
    client,
    oauth.None(),
    next.refresh_token as string,
    insecure,
  )
  await oauth.processRevocationResponse(revoked)
  const dead = await oauth.refreshTokenGrantRequest(
    as,
    client,
    oauth.None(),
    next.refresh_token as string,
    insecure,
  )
  await t.rejects(oauth.processRefreshTokenResponse(as, client, dead), {
    message: /./,
  })
})
