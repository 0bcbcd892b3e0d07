import type { LookupOptions } from 'node:dns'
import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { guardedLookup } from '../src/guarded-lookup.js'
import { createOutbound, isPublicAddress, type OutboundOptions } from '../src/index.js'
import { certificate } from './support/certificate.js'
import { serve, serveTls, type TestServer } from './support/server.js'

const failed = 'LATCHKEY_TOKENS_OUTBOUND_FAILED'

async function call(
  t: Test,
  listener: RequestListener,
  options: OutboundOptions = {},
): Promise<[TestServer, ReturnType<typeof createOutbound>]> {
  const server = await serve(listener)
  const outbound = createOutbound({ allowPrivate: [server.host], ...options })
  t.teardown(async () => {
    outbound.close()
    await server.close()
  })
  return [server, outbound]
}

t.test('an answer comes with status, headers and body', async (t) => {
  const [server, outbound] = await call(t, (request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.writeHead(201, { 'x-seen': String(request.headers['x-sent']) })
      response.end(`${request.method} ${body}`)
    })
  })
  const get = await outbound.request(server.url, { headers: { 'x-sent': 'yes' } })
  t.match(get, { status: 201, body: 'GET ', headers: { 'x-seen': 'yes' } })
  const post = await outbound.request(server.url, { method: 'POST', body: 'a=b' })
  t.equal(post.body, 'POST a=b')
})

t.test('a redirect is not followed', async (t) => {
  const target = await serve((_, response) => response.end('secret'))
  t.teardown(() => target.close())
  for (const status of [301, 302, 303, 307, 308, 300]) {
    const [server, outbound] = await call(t, (_, response) => {
      response.writeHead(status, { location: target.url }).end()
    })
    await t.rejects(outbound.request(server.url), { code: failed, message: /redirect/ })
  }
  t.equal(target.requests(), 0)
})

t.test('an answer that is too large is cut off', async (t) => {
  let sent = 0
  const [server, outbound] = await call(
    t,
    (_, response) => {
      const chunk = Buffer.alloc(65_536)
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.byteLength
        response.once('drain', more)
      }
      more()
    },
    { maxBytes: 100_000 },
  )
  await t.rejects(outbound.request(server.url), { code: failed, message: /more than 100000 bytes/ })
  t.ok(sent < 50_000_000)
})

t.test('an answer that does not come, or never ends, is given up', async (t) => {
  const silent: RequestListener = () => {}
  const dripping: RequestListener = (request, response) => {
    const timer = setInterval(() => response.write('x'), 10)
    request.on('close', () => clearInterval(timer))
  }
  for (const listener of [silent, dripping]) {
    const [server, outbound] = await call(t, listener, { timeout: 0.2 })
    await t.rejects(outbound.request(server.url), {
      code: failed,
      message: /no answer within 0.2 seconds/,
    })
  }
})

t.test('a server that is down, or breaks off, is an error', async (t) => {
  const [server, outbound] = await call(t, (request) => request.socket.destroy())
  await t.rejects(outbound.request(server.url), { code: failed })
  await server.close()
  await t.rejects(outbound.request(server.url), { code: failed, message: /ECONNREFUSED/ })
})

t.test(
  'a certificate that nobody vouches for is refused, and there is no way to allow it',
  async (t) => {
    const server = await serveTls((_, response) => response.end('secret'))
    const strict = createOutbound({ allowPrivate: [server.host] })
    const trusting = createOutbound({ allowPrivate: ['localhost'], ca: certificate })
    t.teardown(async () => {
      strict.close()
      trusting.close()
      await server.close()
    })
    await t.rejects(strict.request(server.url), { code: failed, message: /self-signed/ })
    t.equal(server.requests(), 0)
    t.equal((await trusting.request(server.url)).body, 'secret', 'its own authority is')
  },
)

t.test('a name that leads to a private address is refused before anything is sent', async (t) => {
  const server = await serveTls((_, response) => response.end('secret'))
  const outbound = createOutbound({ ca: certificate })
  t.teardown(async () => {
    outbound.close()
    await server.close()
  })
  await t.rejects(outbound.request(server.url), { code: failed, message: /private address/ })
  t.equal(server.requests(), 0)
  await t.rejects(outbound.request('https://no-such-host.invalid'), { code: failed })
})

t.test('URLs that could never be called are refused at boot', async (t) => {
  const outbound = createOutbound({ allowPrivate: ['127.0.0.1:8080', 'intranet.example'] })
  const rows: [string, string, RegExp][] = [
    ['no URL', 'jwks.json', /is no absolute URL/],
    ['another scheme', 'ftp://example.com', /must use https:/],
    ['plain HTTP', 'http://example.com/jwks', /must use https:/],
    [
      'plain HTTP to an allowed host that is not loopback',
      'http://intranet.example',
      /must use https:/,
    ],
    [
      'plain HTTP to loopback that is not allowed',
      'http://127.0.0.1:9090',
      /allowed in "allowPrivate"/,
    ],
    ['credentials', 'https://user:pw@example.com', /holds credentials/],
    ['a fragment', 'https://example.com/#x', /has a fragment/],
    ['loopback', 'https://127.0.0.1', /private address/],
    ['loopback as a number', 'https://2130706433', /private address/],
    ['loopback in hexadecimal', 'https://0x7f.1', /private address/],
    ['the metadata of clouds', 'https://169.254.169.254/latest', /private address/],
    ['IPv6 loopback', 'https://[::1]/', /private address/],
    ['IPv4 in IPv6', 'https://[::ffff:10.0.0.1]/', /private address/],
  ]
  for (const [what, url, message] of rows) {
    t.throws(
      () => outbound.checkUrl(url, 'jwksUri'),
      { code: 'LATCHKEY_TOKENS_OUTBOUND_URL', message },
      what,
    )
    await t.rejects(outbound.request(url), { code: failed, message }, what)
  }
  outbound.checkUrl('https://example.com/jwks', 'jwksUri')
  outbound.checkUrl('https://8.8.8.8/jwks', 'jwksUri')
  outbound.checkUrl('http://127.0.0.1:8080/jwks', 'jwksUri')
  outbound.close()
})

t.test('addresses that are not of the public Internet are told apart', async (t) => {
  const closed = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.19.0.1',
    '203.0.113.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:a00:1::',
    '3fff::1',
    'nonsense',
    '',
  ]
  for (const address of closed) t.notOk(isPublicAddress(address), address)
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1']) {
    t.ok(isPublicAddress(address), address)
  }
})

t.test('a look-up gives one address or all, and none if any is private', async (t) => {
  function look(host: string, options: LookupOptions) {
    return new Promise((done) => {
      guardedLookup(host, options, (error, ...found) => done(error?.message ?? found))
    })
  }
  t.same(await look('8.8.8.8', {}), ['8.8.8.8', 4])
  t.same(await look('8.8.8.8', { all: true }), [[{ address: '8.8.8.8', family: 4 }]])
  t.equal(await look('10.0.0.1', { all: true }), 'the host has a private address')
})
