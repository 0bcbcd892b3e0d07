import * as client from 'openid-client'
import t from 'tap'
import { consent, listen } from '../fixtures/listening.js'

const redirect_uri = 'http://127.0.0.1:1/cb'

t.test(
  'openid-client 6: discovery, code with PKCE, userinfo, refresh, introspection, logout',
  async (t) => {
    const server = await listen({
      clients: [
        {
          client_id: 'rp',
          client_secret: 'secret with spaces & more',
          redirect_uris: [redirect_uri],
          grant_types: ['authorization_code', 'refresh_token'],
          post_logout_redirect_uris: ['https://app.example/bye'],
        },
      ],
    })
    t.teardown(() => server.close())
    const config = await client.discovery(
      new URL(server.issuer),
      'rp',
      undefined,
      client.ClientSecretBasic('secret with spaces & more'),
      { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
    )
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const expectedNonce = client.randomNonce()
    const parameters = {
      redirect_uri,
      scope: 'openid email offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      max_age: '300',
    }
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 300 }
    const tokens = await client.authorizationCodeGrant(
      config,
      await consent(client.buildAuthorizationUrl(config, parameters)),
      checks,
    )
    t.equal(tokens.claims()?.sub, 'alice')
    const info = await client.fetchUserInfo(config, tokens.access_token, 'alice')
    t.equal(info.email, 'alice@example.com')
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
    t.ok(refreshed.refresh_token)
    const { active } = await client.tokenIntrospection(config, refreshed.access_token)
    t.equal(active, true)
    await client.tokenRevocation(config, refreshed.refresh_token as string)
    t.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, false)

    const pushed = await client.buildAuthorizationUrlWithPAR(config, {
      ...parameters,
      prompt: 'consent',
    })
    t.match(pushed.searchParams.get('request_uri'), /^urn:ietf:params:oauth:request_uri:/)
    const again = await client.authorizationCodeGrant(config, await consent(pushed), checks)
    t.ok(again.id_token)
    const logout = client.buildEndSessionUrl(config, {
      id_token_hint: again.id_token as string,
      post_logout_redirect_uri: 'https://app.example/bye',
    })
    const response = await fetch(logout, { redirect: 'manual' })
    t.equal(response.headers.get('location'), 'https://app.example/bye')
  },
)

t.test('openid-client 6: dynamic registration, DPoP and private_key_jwt', async (t) => {
  const server = await listen({ registration: {} })
  t.teardown(() => server.close())
  const { generateKeyPair, exportJWK } = await import('jose')
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const config = await client.dynamicClientRegistration(
    new URL(server.issuer),
    {
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code', 'client_credentials'],
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] },
    },
    client.PrivateKeyJwt({ key: privateKey, kid: 'k1' }),
    { execute: [client.allowInsecureRequests] },
  )
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
  const tokens = await client.clientCredentialsGrant(config, {}, { DPoP })
  t.equal(tokens.token_type, 'dpop')
  const verifier = client.randomPKCECodeVerifier()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const bound = await client.authorizationCodeGrant(
    config,
    await consent(url),
    { pkceCodeVerifier: verifier, idTokenExpected: true },
    undefined,
    { DPoP },
  )
  const info = await client.fetchUserInfo(config, bound.access_token, 'alice', { DPoP })
  t.equal(info.sub, 'alice')
})
