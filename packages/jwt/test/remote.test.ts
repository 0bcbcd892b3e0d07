import type { RequestListener } from 'node:http'
import { memoryStore } from '@latchkey/store'
import type { JsonObject } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import type { JwtOptions } from '../src/index.js'
import { createApp, me } from './support/app.js'
import { audience, createIssuer, type TestIssuer } from './support/issuer.js'
import { serve, serveTls } from './support/server.js'

interface Provider {
  readonly url: string
  readonly host: string
  readonly fetched: Map<string, number>
  readonly keys: JsonObject[]
  /** Instead of the right answers. */
  answer: RequestListener | null
  metadata: JsonObject
}

/** An issuer with metadata and keys behind HTTP, whose answers can be replaced and are counted. */
async function startProvider(t: Test, path = ''): Promise<Provider> {
  const fetched = new Map<string, number>()
  const server = await serve((request, response) => {
    const url = request.url as string
    fetched.set(url, (fetched.get(url) ?? 0) + 1)
    if (provider.answer !== null) return provider.answer(request, response)
    if (url === '/jwks') return response.end(JSON.stringify({ keys: provider.keys }))
    if (url in provider.metadata) return response.end(JSON.stringify(provider.metadata[url]))
    return response.writeHead(404).end()
  })
  t.teardown(() => server.close())
  const issuer = server.url + path
  const document = { issuer, jwks_uri: `${server.url}/jwks` }
  const provider: Provider = {
    url: issuer,
    host: server.host,
    fetched,
    keys: [],
    answer: null,
    metadata: { [`${path}/.well-known/openid-configuration`]: document },
  }
  return provider
}

function trusting({ url, host }: Provider, more: Partial<JwtOptions> = {}): JwtOptions {
  return {
    issuer: url,
    audience,
    algorithms: ['ES256'],
    keys: { jwksUri: `${new URL(url).origin}/jwks` },
    outbound: { allowPrivate: [host], timeout: 30 },
    ...more,
  } as JwtOptions
}

const fail: RequestListener = (_, response) => response.writeHead(500).end()

t.test(
  'keys are fetched with the first token, once, and rotate with the first that names a new one',
  async (t) => {
    const provider = await startProvider(t)
    const [one, two] = [await createIssuer(), await createIssuer()]
    const clock = { offset: 0 }
    provider.keys.push(one.publicJwk)
    const options = trusting(provider, { clock: () => Date.now() / 1000 + clock.offset })
    const app = await createApp(t, options)
    t.equal(provider.fetched.get('/jwks'), undefined, 'nothing at boot')
    const tokens = Array.from({ length: 50 }, () => one.token({ iss: provider.url }))
    const statuses = await Promise.all(
      tokens.map(async (token) => (await me(app, token)).statusCode),
    )
    t.same(new Set(statuses), new Set([200]))
    t.equal(provider.fetched.get('/jwks'), 1)

    const unknown = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        me(app, one.token({ iss: provider.url }, { kid: `x${index}` })),
      ),
    )
    t.ok(unknown.every(({ statusCode }) => statusCode === 401))
    t.equal(provider.fetched.get('/jwks'), 1, 'none within the cool-down')

    clock.offset = 31
    provider.keys.push(two.publicJwk)
    t.equal((await me(app, two.token({ iss: provider.url }))).statusCode, 200)
    t.equal(provider.fetched.get('/jwks'), 2)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        me(app, one.token({ iss: provider.url }, { kid: `y${index}` })),
      ),
    )
    t.equal(provider.fetched.get('/jwks'), 2)
    clock.offset = 62
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        me(app, one.token({ iss: provider.url }, { kid: `z${index}` })),
      ),
    )
    t.equal(provider.fetched.get('/jwks'), 3, 'fifty unknown keys cost one fetch')
  },
)

t.test(
  'V16.5.2: through an outage known keys go on up to the bound, and then the answer is 503',
  async (t) => {
    const provider = await startProvider(t)
    const test = await createIssuer()
    const clock = { offset: 0 }
    provider.keys.push(test.publicJwk)
    const app = await createApp(
      t,
      trusting(provider, { maxKeysStale: 3600, clock: () => Date.now() / 1000 + clock.offset }),
    )
    const now = Math.floor(Date.now() / 1000)
    const token = () => test.token({ iss: provider.url, exp: now + 20_000 })
    t.equal((await me(app, token())).statusCode, 200)
    provider.answer = fail
    clock.offset = 3500
    t.equal((await me(app, token())).statusCode, 200)
    clock.offset = 3601
    const response = await me(app, token())
    t.match(response, { statusCode: 503, headers: { 'retry-after': '1' } })
    t.equal(
      (await me(app, test.token({ iss: provider.url }, { kid: 'x' }))).statusCode,
      503,
      'nobody can tell',
    )
    provider.answer = null
    clock.offset = 3700
    t.equal((await me(app, token())).statusCode, 200)
  },
)

t.test(
  'V15.3.2: a server that is slow, wrong, huge or redirecting gives 503, and nothing of it is used',
  async (t) => {
    const test = await createIssuer()
    const target = await serve((_, response) =>
      response.end(JSON.stringify({ keys: [test.publicJwk] })),
    )
    t.teardown(() => target.close())
    const rows: [string, RequestListener][] = [
      ['slow', () => {}],
      ['down', (request) => request.socket.destroy()],
      ['failing', fail],
      ['no JSON', (_, response) => response.end('<html>')],
      ['no set', (_, response) => response.end('[]')],
      [
        'huge',
        (_, response) =>
          response.end(JSON.stringify({ keys: [test.publicJwk], x: 'x'.repeat(300_000) })),
      ],
      ['redirecting', (_, response) => response.writeHead(302, { location: target.url }).end()],
    ]
    for (const [what, answer] of rows) {
      const provider = await startProvider(t)
      provider.answer = answer
      const timeout = what === 'slow' ? 0.3 : 30
      const outbound = { allowPrivate: [provider.host], timeout }
      const app = await createApp(t, trusting(provider, { outbound }))
      t.equal((await me(app, test.token({ iss: provider.url }))).statusCode, 503, what)
      t.equal((await me(app, test.token({ iss: provider.url }))).statusCode, 503, what)
      t.equal(provider.fetched.get('/jwks'), 1, 'not asked again at once')
    }
    t.equal(target.requests(), 0)
  },
)

t.test('weak keys of a set are left out', async (t) => {
  const provider = await startProvider(t)
  const test = await createIssuer()
  provider.keys.push({ ...test.publicJwk, use: 'enc' })
  const app = await createApp(t, trusting(provider))
  t.equal((await me(app, test.token({ iss: provider.url }))).statusCode, 401)
  t.match(app.mechanisms.find('jwt')?.describe(), {
    issuers: [{ refused: [{ kid: test.kid, problem: /not for signatures/ }] }],
  })
})

t.test('the metadata of an issuer say where its keys are', async (t) => {
  for (const path of ['', '/tenant', '/tenant/']) {
    const provider = await startProvider(t, path.replace(/\/$/, ''))
    const test = await createIssuer()
    provider.keys.push(test.publicJwk)
    const issuer = provider.url + (path.endsWith('/') ? '/' : '')
    for (const document of Object.values(provider.metadata))
      Object.assign(document as object, { issuer })
    const app = await createApp(
      t,
      trusting({ ...provider, url: issuer }, { keys: { discovery: true } }),
    )
    t.equal((await me(app, test.token({ iss: issuer }))).statusCode, 200, path)
    t.equal(app.mechanisms.find('jwt')?.describe().outbound.length, 2)
  }
})

t.test('the metadata of RFC 8414 do, where there are no others', async (t) => {
  const provider = await startProvider(t, '/tenant')
  const test = await createIssuer()
  provider.keys.push(test.publicJwk)
  const [document] = Object.values(provider.metadata)
  provider.metadata = { '/.well-known/oauth-authorization-server/tenant': document }
  const app = await createApp(t, trusting(provider, { keys: { discovery: true } }))
  t.equal((await me(app, test.token({ iss: provider.url }))).statusCode, 200)
})

t.test(
  'V15.3.2: metadata that are of another issuer, or lead to a private address, are refused',
  async (t) => {
    const test = await createIssuer()
    const rows: [string, (provider: Provider) => JsonObject][] = [
      ['another issuer', ({ url }) => ({ issuer: `${url}/`, jwks_uri: `${url}/jwks` })],
      ['no keys', ({ url }) => ({ issuer: url })],
      [
        'keys at a private address',
        ({ url }) => ({ issuer: url, jwks_uri: 'https://169.254.169.254/' }),
      ],
      [
        'keys at a host that is not allowed',
        ({ url }) => ({ issuer: url, jwks_uri: 'http://127.0.0.1:1/' }),
      ],
      ['keys in a file', ({ url }) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' })],
    ]
    for (const [what, metadata] of rows) {
      const provider = await startProvider(t)
      provider.keys.push(test.publicJwk)
      provider.metadata = { '/.well-known/openid-configuration': metadata(provider) }
      const app = await createApp(t, trusting(provider, { keys: { discovery: true } }))
      t.equal((await me(app, test.token({ iss: provider.url }))).statusCode, 503, what)
      t.equal(provider.fetched.get('/jwks'), undefined)
    }
  },
)

t.test('a certificate that nobody vouches for gives 503', async (t) => {
  const test = await createIssuer()
  const server = await serveTls((_, response) =>
    response.end(JSON.stringify({ keys: [test.publicJwk] })),
  )
  t.teardown(() => server.close())
  const app = await createApp(t, {
    issuer: server.url,
    audience,
    algorithms: ['ES256'],
    keys: { jwksUri: `${server.url}/jwks` },
    outbound: { allowPrivate: [server.host] },
  })
  t.equal((await me(app, test.token({ iss: server.url }))).statusCode, 503)
  t.equal(server.requests(), 0)
})

t.test('a token never makes this application call anybody', async (t) => {
  const evil = await startProvider(t)
  const stranger: TestIssuer = await createIssuer()
  evil.keys.push(stranger.publicJwk)
  const trusted = await startProvider(t)
  trusted.keys.push((await createIssuer()).publicJwk)
  const outbound = { allowPrivate: [evil.host, trusted.host] }
  const app = await createApp(t, trusting(trusted, { outbound, store: memoryStore() }))
  const header = { jku: `${evil.url}/jwks`, x5u: `${evil.url}/cert`, jwk: stranger.publicJwk }
  t.equal((await me(app, stranger.token({ iss: trusted.url }, header))).statusCode, 401)
  t.equal((await me(app, stranger.token({ iss: evil.url }, header))).statusCode, 401)
  t.same([...evil.fetched], [])
})
