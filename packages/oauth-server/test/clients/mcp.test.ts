import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import t from 'tap'
import { consent, listen } from '../fixtures/listening.js'

const redirectUrl = 'http://127.0.0.1:1/cb'

/** A provider that keeps everything in memory, as an MCP client does. */
function createProvider(clientMetadataUrl?: string) {
  const kept: Record<string, unknown> = {}
  const provider: OAuthClientProvider = {
    redirectUrl,
    ...(clientMetadataUrl === undefined ? {} : { clientMetadataUrl }),
    clientMetadata: {
      client_name: 'A tool',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept.client as never,
    saveClientInformation(client) {
      kept.client = client
    },
    tokens: () => kept.tokens as never,
    saveTokens(tokens) {
      kept.tokens = tokens
    },
    redirectToAuthorization(url) {
      kept.url = url
    },
    saveCodeVerifier(verifier) {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier as string,
    invalidateCredentials(what) {
      if (what === 'all' || what === 'client') delete kept.client
      if (what === 'all' || what === 'tokens') delete kept.tokens
    },
  }
  return { provider, kept }
}

const start = () =>
  listen(
    {
      preset: 'mcp',
      scopes: { 'tools:use': 'Use your tools' },
      registration: {},
    },
    (issuer) => async (app) => {
      app.get('/elsewhere', async () => ({ issuer }))
    },
  )

t.test('MCP: discovery, registration, code with PKCE and resource, refresh', async (t) => {
  const server = await start()
  t.teardown(() => server.close())
  const { provider, kept } = createProvider()
  const serverUrl = server.issuer
  t.equal(await auth(provider, { serverUrl, scope: 'tools:use' }), 'REDIRECT')
  t.match(kept.client, { client_id: /^dc/ })
  const url = kept.url as URL
  t.match(url.searchParams.get('resource'), server.issuer)
  const back = await consent(url)
  const authorizationCode = back.searchParams.get('code') as string
  t.equal(await auth(provider, { serverUrl, authorizationCode }), 'AUTHORIZED')
  const first = kept.tokens as Record<string, string>
  t.ok(first.refresh_token)
  t.equal(await auth(provider, { serverUrl }), 'AUTHORIZED')
  t.not((kept.tokens as Record<string, string>).refresh_token, first.refresh_token)
})

t.test('MCP: a client that vanished registers again', async (t) => {
  const server = await start()
  t.teardown(() => server.close())
  const { provider, kept } = createProvider()
  const serverUrl = server.issuer
  await auth(provider, { serverUrl })
  const back = await consent(kept.url as URL)
  const authorizationCode = back.searchParams.get('code') as string
  await auth(provider, { serverUrl, authorizationCode })
  const { client_id } = kept.client as { client_id: string }
  await server.app.oauthServer.clients.delete(client_id)
  t.equal(await auth(provider, { serverUrl }), 'REDIRECT')
  t.not((kept.client as { client_id: string }).client_id, client_id)
})

t.test('MCP: a client that is named by its document does not register', async (t) => {
  const server = await start()
  t.teardown(() => server.close())
  const { provider, kept } = createProvider('https://tool.example/client.json')
  t.equal(await auth(provider, { serverUrl: server.issuer }), 'REDIRECT')
  const url = kept.url as URL
  t.equal(url.searchParams.get('client_id'), 'https://tool.example/client.json')
})
