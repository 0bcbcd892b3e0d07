import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { stage } from './fixtures/stage.js'

t.test('a key is taken from Authorization: Bearer and from x-api-key', async (t) => {
  const { app, issue } = await stage(t)
  const { key } = await issue()
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { authorization: `bearer   ${key}` },
    { 'x-api-key': key },
    { 'x-api-key': key, authorization: `Bearer ${key}` },
    { 'x-api-key': key, authorization: 'Bearer of.another.mechanism' },
    { 'x-api-key': 'of another mechanism', authorization: `Bearer ${key}` },
  ]) {
    t.equal((await app.inject({ url: '/', headers })).statusCode, 200, JSON.stringify(headers))
  }
})

t.test('nothing presented is 401 with a challenge that accuses of nothing', async (t) => {
  const { app } = await stage(t)
  const response = await app.inject('/')
  t.equal(response.statusCode, 401)
  t.same(response.headers['www-authenticate'], ['Bearer realm="api"'])
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_UNAUTHENTICATED')
})

t.test('two different keys are 400', async (t) => {
  const { app, issue } = await stage(t)
  const [one, two] = [await issue(), await issue()]
  const response = await app.inject({
    url: '/',
    headers: { 'x-api-key': one.key, authorization: `Bearer ${two.key}` },
  })
  t.equal(response.statusCode, 400)
  t.match(response.headers['www-authenticate'], [/error="invalid_request"/])
})

t.test('a header that comes twice is 400', async (t) => {
  const { app, issue } = await stage(t)
  const { key } = await issue()
  const headers = { 'x-api-key': [key, key] } as never
  t.equal((await app.inject({ url: '/', headers })).statusCode, 400)
  const request = { headers: { 'x-api-key': [key] }, ip: '' }
  const outcome = await app.mechanisms.find('api-key')?.authenticate(request as never, {} as never)
  t.match(outcome, { refusal: { status: 400, reason: 'repeated' } })
})

t.test('a place that is turned off is not read', async (t) => {
  const headerless = await stage(t, { header: false })
  const bearerless = await stage(t, { bearer: false, header: 'X-Acme-Key' })
  const one = (await headerless.issue()).key
  const two = (await bearerless.issue()).key
  t.equal(await headerless.status(one), 401)
  const response = await bearerless.app.inject({
    url: '/',
    headers: { authorization: `Bearer ${two}` },
  })
  t.equal(response.statusCode, 401)
  t.same(response.headers['www-authenticate'], ['ApiKey realm="api"'])
  const headers = { 'x-acme-key': two }
  t.equal((await bearerless.app.inject({ url: '/', headers })).statusCode, 200)
})

t.test('a query parameter is not read unless it is asked for', async (t) => {
  const { app, issue } = await stage(t, { server: { logger: false } })
  const { key } = await issue()
  t.equal((await app.inject({ url: '/', query: { api_key: key } })).statusCode, 401)
})

t.test('a query parameter that is asked for is read, and in no log line', async (t) => {
  const { app, issue, log } = await stage(t, { allowQueryParameter: 'api_key' })
  const { key } = await issue()
  const urls = [
    `/?api_key=${key}`,
    `/?a=1&api_key=${key}&b=2`,
    `/?api%5Fkey=${key}`,
    `/nowhere?api_key=${key}`,
    `/?%zz=1&api_key=${key}`,
    `/%zz?api_key=${key}`,
  ]
  const statuses = await Promise.all(urls.map(async (url) => (await app.inject(url)).statusCode))
  t.same(statuses, [200, 200, 200, 404, 200, 400])
  t.match(log(), /"url":"\/\?a=1&b=2"/)
  t.match(log(), /API keys are read from the query parameter \\"api_key\\"/)
  t.equal((await app.inject(`/?api_key=${key}&api_key=${key}`)).statusCode, 400)
  t.equal((await app.inject('/')).statusCode, 401)
})

t.test('a query behind a hash is taken out of the log, too', async (t) => {
  const { app, issue, log } = await stage(t, { allowQueryParameter: 'api_key' })
  const { key } = await issue()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const status = await new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/#a=1&api_key=${key}`, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
    }).on('error', reject)
  })
  t.equal(status, 200)
  t.match(log(), /"url":"\/#a=1"/)
})

t.test('a query parameter is not read where it would be logged', async (t) => {
  for (const server of [
    { requestIdHeader: 'x-request-id' },
    { requestIdHeader: true as never },
    { useSemicolonDelimiter: true },
    { routerOptions: { useSemicolonDelimiter: true } as never },
  ]) {
    await t.rejects(stage(t, { allowQueryParameter: 'api_key', server }), {
      code: 'LATCHKEY_API_KEY_INVALID_OPTIONS',
      message: /they would be logged/,
    })
    await stage(t, { server })
  }
})

t.test('requests get the ids that the application gives them', async (t) => {
  const { app, issue, log } = await stage(t, {
    allowQueryParameter: 'api_key',
    server: { genReqId: () => 'id-of-the-application' },
  })
  const { key } = await issue()
  t.equal((await app.inject(`/?api_key=${key}`)).statusCode, 200)
  t.match(log(), /"reqId":"id-of-the-application"/)
})

t.test('what OpenAPI is told follows from the places', async (t) => {
  const places = [
    [{}, { type: 'http', scheme: 'bearer', bearerFormat: 'API key' }],
    [{ bearer: false }, { type: 'apiKey', in: 'header', name: 'x-api-key' }],
    [
      { bearer: false, header: false, allowQueryParameter: 'key' },
      { type: 'apiKey', in: 'query', name: 'key' },
    ],
  ] as const
  for (const [options, scheme] of places) {
    const { app } = await stage(t, options)
    t.match(app.mechanisms.find('api-key')?.securityScheme, scheme)
  }
})
