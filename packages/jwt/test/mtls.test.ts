import { X509Certificate } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { sha256Base64url } from '@latchkey/tokens'
import Fastify from 'fastify'
import t from 'tap'
import { type ClientCertificateOptions, jwt } from '../src/index.js'
import { createApp, me, trusting } from './support/app.js'
import { certificate, certificateKey } from './support/certificate.js'
import { createIssuer } from './support/issuer.js'

const der = new X509Certificate(certificate).raw
const x5t = sha256Base64url(der)
const hex = Buffer.from(x5t, 'base64url').toString('hex')

t.test(
  'a token that is bound to a certificate passes with it, behind a trusted proxy',
  async (t) => {
    const base64 = der.toString('base64')
    const rows: [string, ClientCertificateOptions, string][] = [
      ['client-cert', {}, `:${base64}:`],
      ['x-ssl-cert', { header: 'X-SSL-Cert', format: 'pem' }, encodeURIComponent(certificate)],
      [
        'x-forwarded-client-cert',
        { header: 'x-forwarded-client-cert', format: 'xfcc' },
        `By=spiffe://a;Hash=${hex};Subject="CN=x"`,
      ],
      [
        'x-forwarded-client-cert',
        { header: 'x-forwarded-client-cert', format: 'xfcc' },
        `Hash=${'0'.repeat(64)},Hash=${hex}`,
      ],
    ]
    for (const [header, options, field] of rows) {
      const test = await createIssuer()
      const mtls = { trustedProxies: ['127.0.0.0/8', '::1'], ...options }
      const app = await createApp(t, { ...trusting(test), mtls })
      const token = test.token({ cnf: { 'x5t#S256': x5t } })
      const response = await me(app, token, { [header]: field })
      t.equal(response.statusCode, 200, header)
      t.equal(response.json().bound, 'mtls')
      t.equal((await me(app, test.token())).statusCode, 200, 'an unbound token needs none')
    }
  },
)

t.test('a proxy may have an address of either family', async (t) => {
  const test = await createIssuer()
  const mtls = { trustedProxies: ['fd00::/8', '10.0.0.1'] }
  const app = await createApp(t, { ...trusting(test), mtls })
  const ask = async (remoteAddress: string) => {
    const authorization = `Bearer ${test.token({ cnf: { 'x5t#S256': x5t } })}`
    const headers = { authorization, 'client-cert': `:${der.toString('base64')}:` }
    return (await app.inject({ url: '/me', headers, remoteAddress })).statusCode
  }
  t.equal(await ask('fd00::7'), 200)
  t.equal(await ask('10.0.0.1'), 200)
  t.equal(await ask('::ffff:10.0.0.1'), 200, 'as dual-stack sockets write it')
  t.equal(await ask('fe80::7'), 401)
  t.equal(await ask('10.0.0.2'), 401)
})

t.test('without the certificate, or with another, it is refused', async (t) => {
  const test = await createIssuer()
  const token = test.token({ cnf: { 'x5t#S256': x5t } })
  const other = `:${Buffer.from('another certificate').toString('base64')}:`
  const rows: [string, ClientCertificateOptions, Record<string, string>][] = [
    ['no header', {}, {}],
    ['another certificate', {}, { 'client-cert': other }],
    ['no base64', {}, { 'client-cert': der.toString('base64') }],
    ['no PEM', { format: 'pem' }, { 'client-cert': 'x' }],
    ['no percent-encoding', { format: 'pem' }, { 'client-cert': '%' }],
    ['no hash', { format: 'xfcc' }, { 'client-cert': 'By=x' }],
    ['a hash before the last proxy’s', { format: 'xfcc' }, { 'client-cert': `Hash=${hex},By=x` }],
  ]
  for (const [what, options, headers] of rows) {
    const mtls = { trustedProxies: ['127.0.0.1'], ...options }
    const app = await createApp(t, { ...trusting(test), mtls })
    const response = await me(app, token, headers)
    t.equal(response.statusCode, 401, what)
    t.match(String(response.headers['www-authenticate']), /^Bearer .*error="invalid_token"/)
  }
})

t.test('the header of a proxy that is not trusted is ignored', async (t) => {
  const test = await createIssuer()
  const token = test.token({ cnf: { 'x5t#S256': x5t } })
  const field = { 'client-cert': `:${der.toString('base64')}:` }
  for (const mtls of [{ trustedProxies: ['10.0.0.1'] }, {}]) {
    const app = await createApp(t, { ...trusting(test), mtls })
    t.equal((await me(app, token, field)).statusCode, 401)
  }
})

t.test('without proxies the certificate of the connection counts', async (t) => {
  const test = await createIssuer()
  for (const ca of [certificate, undefined]) {
    const https = {
      key: certificateKey,
      cert: certificate,
      requestCert: true,
      rejectUnauthorized: false,
    }
    const app = Fastify({ https: { ...https, ...(ca && { ca }) } })
    t.teardown(() => app.close())
    await app.register(jwt, { ...trusting(test), mtls: {} })
    app.get('/me', { onRequest: app.authenticate('jwt') }, () => 'passed')
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const ask = (cnf: object, client: object) =>
      new Promise((done, fail) => {
        const headers = { authorization: `Bearer ${test.token({ cnf: cnf as never })}` }
        const options = { port, host: '127.0.0.1', path: '/me', headers, agent: false as const }
        httpsRequest({ ...options, ...client, rejectUnauthorized: false }, (response) => {
          response.resume()
          done(response.statusCode)
        })
          .on('error', fail)
          .end()
      })
    const withCertificate = { key: certificateKey, cert: certificate }
    const bound = { 'x5t#S256': x5t }
    t.equal(await ask(bound, withCertificate), ca ? 200 : 401, 'only one that is vouched for')
    t.equal(await ask(bound, {}), 401)
    t.equal(await ask({ 'x5t#S256': sha256Base64url('other') }, withCertificate), 401)
  }
})
