import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import t from 'tap'
import { readConfig } from '../src/config.js'
import { startExample, visit } from './fixtures/example.js'

const redirect_uri = 'http://127.0.0.1:1/cb'
const web = {
  client_id: 'web',
  client_secret: 'web-secret',
  redirect_uris: [redirect_uri],
  grant_types: ['authorization_code', 'refresh_token'],
}

t.test('configuration comes from the environment and from one file', async (t) => {
  t.match(readConfig({}), { issuer: 'http://localhost:3000', store: { kind: 'memory' } })
  const file = join(await mkdtemp(join(tmpdir(), 'latchkey-')), 'config.json')
  await writeFile(file, JSON.stringify({ issuer: 'https://a.example', port: 1, users: [] }))
  const env = { LATCHKEY_CONFIG: file, PORT: '8080', ISSUER: 'https://b.example', HOST: '::1' }
  t.match(readConfig(env), { issuer: 'https://b.example', port: 8080, host: '::1', users: [] })
  t.match(readConfig({ LATCHKEY_CONFIG: file }), { issuer: 'https://a.example', port: 1 })
})

for (const path of ['', '/tenant']) {
  t.test(
    `a client logs Alice in and calls the API, the issuer's path being "${path}"`,
    async (t) => {
      const { issuer, close } = await startExample({
        path,
        server: { preset: 'oidc', clients: [web] },
      })
      t.teardown(close)
      const config = await client.discovery(
        new URL(issuer),
        'web',
        undefined,
        client.ClientSecretBasic('web-secret'),
        { execute: [client.allowInsecureRequests] },
      )
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: 'openid email offline_access',
        resource: `${issuer}/api`,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      const tokens = await client.authorizationCodeGrant(config, await visit(url), {
        pkceCodeVerifier,
      })
      t.equal(tokens.claims()?.sub, 'alice')
      const call = (token: string) =>
        fetch(`${issuer}/api/me`, { headers: { authorization: `Bearer ${token}` } })
      t.match(await (await call(tokens.access_token)).json(), { subject: 'alice', client: 'web' })

      const bare = await fetch(`${issuer}/api/me`)
      t.equal(bare.status, 401)
      const challenge = bare.headers.get('www-authenticate') ?? ''
      const where = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
      t.match(await (await fetch(where)).json(), {
        resource: `${issuer}/api`,
        authorization_servers: [issuer],
      })

      await client.tokenRevocation(config, tokens.refresh_token as string)
      t.equal((await call(tokens.access_token)).status, 401, 'at once, although it is a JWT')
    },
  )
}

t.test('a DPoP-bound client calls the API with proofs', async (t) => {
  const { issuer, close } = await startExample({
    server: {
      preset: 'oauth21',
      clients: [
        {
          client_id: 'service',
          client_secret: 'service-secret',
          grant_types: ['client_credentials'],
          dpop_bound_access_tokens: true,
        },
      ],
    },
  })
  t.teardown(close)
  const config = await client.discovery(
    new URL(issuer),
    'service',
    undefined,
    client.ClientSecretBasic('service-secret'),
    { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
  )
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
  const tokens = await client.clientCredentialsGrant(
    config,
    { resource: `${issuer}/api` },
    { DPoP },
  )
  const url = new URL(`${issuer}/api/me`)
  const response = await client.fetchProtectedResource(
    config,
    tokens.access_token,
    url,
    'GET',
    undefined,
    undefined,
    { DPoP },
  )
  t.match(await response.json(), { subject: 'service' })
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  t.equal((await fetch(url, { headers })).status, 401)
})
