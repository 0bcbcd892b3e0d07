import type { Outbound, OutboundResponse } from '@latchkey/tokens'
import t from 'tap'
import { createClientDocuments, isDocumentUrl } from '../../src/records/client-document.js'
import { answerOf, approve, authorizeUrl, createBrowser } from '../fixtures/browser.js'
import { startServer } from '../fixtures/server.js'

const url = 'https://tool.example/client.json'
const document = {
  client_id: url,
  client_name: 'A tool',
  redirect_uris: ['http://localhost:3000/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
}

type Answer = Partial<OutboundResponse> | Error

/** Documents out of a host that answers as it is told, and how often it was asked. */
function open(answer: () => Answer) {
  let requests = 0
  let at = 1_800_000_000
  const outbound: Outbound = {
    checkUrl() {},
    close() {},
    async request() {
      requests++
      const given = answer()
      if (given instanceof Error) throw given
      const headers = { 'content-type': 'application/json' }
      return { status: 200, headers, body: JSON.stringify(document), ...given }
    },
  }
  return {
    documents: createClientDocuments(outbound, () => at),
    requests: () => requests,
    advance(seconds: number) {
      at += seconds
    },
  }
}

t.test('a document makes a client, without a secret', async (t) => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'application/x+json',
  ]) {
    const { documents } = open(() => ({ headers: { 'content-type': type } }))
    t.match(await documents.find(url), { id: url, origin: 'document', authMethod: 'none' })
  }
})

const refusals: [what: string, answer: Answer][] = [
  ['no answer', new Error('too slow, a redirect, a private address')],
  ['another status', { status: 404 }],
  ['another content type', { headers: { 'content-type': 'text/html' } }],
  ['no content type', { headers: {} }],
  ['no JSON', { body: 'x' }],
  ['another client_id', { body: JSON.stringify({ ...document, client_id: `${url}x` }) }],
  ['no client_id', { body: JSON.stringify({ ...document, client_id: undefined }) }],
  ['a secret', { body: JSON.stringify({ ...document, client_secret: 'x' }) }],
  ['the end of a secret', { body: JSON.stringify({ ...document, client_secret_expires_at: 0 }) }],
  [
    'a method with a secret',
    { body: JSON.stringify({ ...document, token_endpoint_auth_method: 'client_secret_post' }) },
  ],
  ['an unsafe redirect URI', { body: JSON.stringify({ ...document, redirect_uris: ['data:x'] }) }],
]

t.test('M144: a document that is not right makes none', async (t) => {
  for (const [what, answer] of refusals) {
    const { documents } = open(() => answer)
    t.equal(await documents.find(url), null, what)
  }
})

t.test('M144: an id is an address in its normal form, with a path', async (t) => {
  t.ok(isDocumentUrl(url))
  t.ok(isDocumentUrl('https://tool.example:8443/a/b'))
  for (const id of [
    'web',
    'https://tool.example',
    'https://tool.example/',
    'https://tool.example/a#b',
    'https://tool.example/a?b',
    'https://user@tool.example/a',
    'https://tool.example/a/../b',
    'https://tool.example/./a',
    'https://tool.example:443/a',
    'https://TOOL.example/a',
    'ftp://tool.example/a',
    'https://[/a',
    `https://tool.example/${'x'.repeat(600)}`,
  ]) {
    t.notOk(isDocumentUrl(id), id)
  }
})

t.test('M144: a document is kept as its server says, and a refusal shortly', async (t) => {
  let answer: Answer = {
    headers: { 'content-type': 'application/json', 'cache-control': 'max-age=100' },
  }
  const { documents, requests, advance } = open(() => answer)
  await Promise.all([documents.find(url), documents.find(url)])
  t.equal(requests(), 1, 'one request whoever asks')
  advance(99)
  t.ok(await documents.find(url))
  t.equal(requests(), 1)
  answer = new Error('down')
  advance(1)
  t.equal(await documents.find(url), null)
  advance(29)
  t.equal(await documents.find(url), null)
  t.equal(requests(), 2)
  answer = { headers: { 'content-type': 'application/json', 'cache-control': 'max-age=1' } }
  advance(1)
  t.ok(await documents.find(url))
  advance(59)
  t.ok(await documents.find(url))
  t.equal(requests(), 3, 'a minute at least')
})

t.test('M144: private addresses are not called, and documents can be off', async (t) => {
  const { app } = await startServer({ preset: 'mcp' })
  for (const client_id of [
    'https://127.0.0.1/client.json',
    'https://169.254.169.254/client.json',
    'https://[::1]/client.json',
    'http://tool.example/client.json',
  ]) {
    const response = await createBrowser(app, 'alice').get(authorizeUrl({ client_id }))
    t.equal(response.statusCode, 400, client_id)
    t.match(response.body, 'invalid_client')
  }
  const plain = await startServer()
  const response = await createBrowser(plain.app, 'alice').get(authorizeUrl({ client_id: url }))
  t.match(response.body, 'invalid_client')
  const metadata = '/.well-known/oauth-authorization-server'
  const name = 'client_id_metadata_document_supported'
  t.equal((await app.inject({ url: metadata })).json()[name], true)
  t.equal((await plain.app.inject({ url: metadata })).json()[name], false)
})

t.test('M145: consent names the host, and warns of programs on the device', async (t) => {
  const { createServer } = await import('node:http')
  let id = ''
  const host = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ...document, client_id: id }))
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  t.teardown(() => host.close())
  const { port } = host.address() as { port: number }
  id = `http://127.0.0.1:${port}/client.json`
  const { app } = await startServer({
    preset: 'mcp',
    outbound: { allowPrivate: [`127.0.0.1:${port}`] },
  })
  const params = { client_id: id, redirect_uri: 'http://localhost:4321/cb', scope: null }
  const browser = createBrowser(app, 'alice')
  const page = await browser.get(authorizeUrl(params))
  t.match(page.body, `127.0.0.1:${port}`)
  t.match(page.body, 'on your own device')
  t.ok(answerOf(await approve(browser, authorizeUrl(params))).code)
  t.equal((await browser.get(authorizeUrl(params))).statusCode, 200, 'B35: asked again')
  await app.close()
})
