import { createServer } from 'node:net'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import t from 'tap'
import { buildServer } from '../src/server.js'

const redirectUrl = 'http://127.0.0.1:1/cb'

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

function createProvider() {
  const kept: Record<string, unknown> = {}
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'A tool user',
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
  }
  return { provider, kept }
}

/** Says a name, agrees, and returns the code. */
async function agree(start: URL): Promise<string> {
  const cookies: string[] = []
  const send = async (url: URL, form?: Record<string, string>) => {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: cookies.join('; '), 'sec-fetch-site': 'same-origin' },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    })
    cookies.push(...response.headers.getSetCookie().map((one) => one.split(';')[0] as string))
    return response
  }
  const at = (response: Response) => new URL(response.headers.get('location') ?? '', start)
  const login = at(await send(start))
  const consent = at(await send(login, { subject: 'alice' }))
  const page = await (await send(consent)).text()
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const done = at(await send(consent, { token, decision: 'approve' }))
  return done.searchParams.get('code') ?? ''
}

t.test("the SDK's own client discovers, registers, logs in and calls a tool", async (t) => {
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const app = await buildServer(issuer)
  await app.listen({ port, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const url = new URL(`${issuer}/mcp`)
  const { provider, kept } = createProvider()
  const open = () => new StreamableHTTPClientTransport(url, { authProvider: provider })

  const first = open()
  const client = new Client({ name: 'test', version: '0.0.0' })
  await t.rejects(client.connect(first as never), { message: 'Unauthorized' })
  const authorization = kept.url as URL
  t.equal(authorization.searchParams.get('resource'), `${issuer}/mcp`)
  t.equal(authorization.searchParams.get('scope'), 'tools:use')
  await first.finishAuth(await agree(authorization))

  const second = new Client({ name: 'test', version: '0.0.0' })
  await second.connect(open() as never)
  const result = await second.callTool({ name: 'whoami' })
  const [content] = result.content as { text: string }[]
  t.match(JSON.parse(content?.text ?? ''), { subject: 'alice', scopes: ['tools:use'] })
  await second.close()

  const bare = await fetch(url, { method: 'POST' })
  t.equal(bare.status, 401)
  t.match(bare.headers.get('www-authenticate'), 'resource_metadata="')
})
