import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@latchkey/tokens'
import t from 'tap'
import { checkMetadata } from '../src/doctor/check-metadata.js'
import { call } from './fixtures/call.js'
import { type Planted, startIssuer } from './fixtures/issuer.js'

const json = { 'content-type': 'application/json' }
const noStore = { ...json, 'cache-control': 'no-store' }
const form = '/token'
const everywhere = {
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
}

function weakKey(): JsonObject {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  return { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256', use: 'sig' }
}

/** Changes one member of the metadata. */
function member(name: string, value: unknown): Planted {
  return { metadata: (sound) => ({ ...sound, [name]: value }) }
}

/** Answers one path. */
function at(path: string, status: number, headers: object, body = ''): Planted {
  return {
    answer(asked, _, response) {
      if (!asked.startsWith(path)) return false
      response.writeHead(status, { ...headers }).end(body)
      return true
    },
  }
}

const planted: readonly (readonly [what: string, planted: Planted, ids: readonly string[]])[] = [
  ['another issuer', member('issuer', 'http://127.0.0.1/other'), ['issuer-mismatch']],
  [
    'a slash too many',
    { metadata: (sound, issuer) => ({ ...sound, issuer: `${issuer}/` }) },
    ['issuer-mismatch'],
  ],
  ['no PKCE', member('code_challenge_methods_supported', undefined), ['pkce-not-advertised']],
  ['plain PKCE', member('code_challenge_methods_supported', ['plain', 'S256']), ['pkce-plain']],
  ['an endpoint on http', member('userinfo_endpoint', 'http://a.invalid/u'), ['endpoint-insecure']],
  ['an endpoint that is none', member('revocation_endpoint', 'nowhere'), ['endpoint-insecure']],
  ['no token endpoint', member('token_endpoint', undefined), ['endpoint-missing']],
  [
    'the algorithm none',
    member('request_object_signing_alg_values_supported', ['none']),
    ['alg-none'],
  ],
  [
    'implicit responses',
    member('response_types_supported', ['code', 'id_token token']),
    ['implicit-advertised'],
  ],
  ['the implicit grant', member('grant_types_supported', ['implicit']), ['implicit-advertised']],
  ['the password grant', member('grant_types_supported', ['password']), ['password-grant']],
  [
    'no iss parameter',
    member('authorization_response_iss_parameter_supported', false),
    ['no-iss-parameter'],
  ],
  [
    'metadata that redirect',
    at('/.well-known/oauth-authorization-server', 302, { location: '/elsewhere' }),
    ['metadata-redirects'],
  ],
  ['no metadata', at('/.well-known/', 404, {}), ['metadata-missing']],
  ['metadata at one address', at('/.well-known/openid', 404, {}), ['metadata-one-address']],
  [
    'metadata that break',
    at('/.well-known/oauth-authorization-server', 500, {}),
    ['metadata-unreadable'],
  ],
  [
    'metadata that are none',
    at('/.well-known/oauth-authorization-server', 200, json, '[]'),
    ['metadata-unreadable'],
  ],
  [
    'metadata that are no JSON',
    at('/.well-known/oauth-authorization-server', 200, json, '<'),
    ['metadata-unreadable'],
  ],
  [
    'a wrong content type',
    at('/.well-known/oauth-authorization-server', 200, { 'content-type': 'text/plain' }, '{}'),
    [
      ...['metadata-content-type', 'metadata-disagree', 'issuer-mismatch', 'endpoint-missing'],
      ...['endpoint-missing', 'endpoint-missing', 'pkce-not-advertised', 'no-iss-parameter'],
    ],
  ],
  [
    'documents that disagree',
    (() => {
      let count = 0
      return {
        metadata: (sound: Record<string, unknown>) => {
          count += 1
          return { ...sound, code_challenge_methods_supported: ['S256', `S${count}`] }
        },
      }
    })(),
    ['metadata-disagree'],
  ],
  ['keys that are not there', at('/jwks', 404, {}), ['jwks-unreachable']],
  ['keys that are none', at('/jwks', 200, json, '{"keys":["x"]}'), ['jwks-unreadable']],
  ['an empty set', { keys: () => [] }, ['jwks-empty']],
  ['a private key', { keys: (_, privateJwk) => [privateJwk] }, ['jwks-private']],
  ['a weak key', { keys: (keys) => [...keys, weakKey()] }, ['jwks-weak']],
  ['a key twice', { keys: ([key = {}]) => [key, key] }, ['jwks-duplicate-kid']],
  ['a key without alg', { keys: ([key]) => [{ ...key, alg: undefined }] }, ['jwks-no-alg']],
  ['a key without kid', { keys: ([key]) => [{ ...key, kid: undefined }] }, ['jwks-no-kid']],
  ['an expired key', { keys: ([key]) => [{ ...key, exp: 1_700_000_000 }] }, ['jwks-expired']],
  ['a broken certificate', { keys: ([key]) => [{ ...key, x5c: ['AAAA'] }] }, []],
  ['strange certificates', { keys: ([key]) => [{ ...key, x5c: [1] }] }, []],
  ['errors that are 500', at(form, 500, noStore, '{"error":"x"}'), ['token-endpoint-breaks']],
  [
    'errors that are 200',
    at(form, 200, noStore, '{"error":"x"}'),
    ['token-endpoint-lenient', 'token-endpoint-get'],
  ],
  ['errors that may be kept', at(form, 400, json, '{"error":"x"}'), ['token-error-cacheable']],
  ['errors of another shape', at(form, 400, noStore, '{"message":"x"}'), ['token-error-shape']],
  [
    'errors that are no answer',
    {
      answer(path, request) {
        if (path === form) request.socket.destroy()
        return path === form
      },
    },
    ['token-endpoint-breaks'],
  ],
  ['CORS with cookies', at('/userinfo', 401, everywhere), ['cors-credentials']],
  [
    'an open redirect',
    at('/authorize', 302, { location: 'https://doctor.invalid/callback?error=x' }),
    ['open-redirect'],
  ],
  ['a redirect elsewhere', at('/authorize', 302, { location: '/login' }), []],
  ['a page in frames', at('/authorize', 400, { 'content-type': 'text/html' }), ['page-framable']],
  [
    'a page in no frame, the old way',
    at('/authorize', 400, { 'content-type': 'text/html', 'x-frame-options': 'DENY' }),
    [],
  ],
  [
    'an authorization endpoint that breaks',
    at('/authorize', 500, {}),
    ['authorization-endpoint-breaks'],
  ],
  [
    'an authorization endpoint that hangs up',
    {
      answer(path, request) {
        if (path === '/authorize') request.socket.destroy()
        return path === '/authorize'
      },
    },
    ['authorization-endpoint-breaks'],
  ],
  [
    'a clock that is behind',
    {
      answer(path, _, response) {
        const late = path.includes('/.well-known/') ? Date.now() - 3_600_000 : Date.now()
        response.setHeader('date', new Date(late).toUTCString())
        return false
      },
    },
    ['clock-skew'],
  ],
  [
    'resource metadata that are missing',
    at('/.well-known/oauth-protected-resource', 404, {}),
    ['resource-metadata-missing'],
  ],
  [
    'resource metadata that are none',
    at('/.well-known/oauth-protected-resource', 200, json, '1'),
    ['resource-metadata-missing'],
  ],
  [
    'metadata of another resource',
    at('/.well-known/oauth-protected-resource', 200, json, '{"resource":"x"}'),
    ['resource-mismatch', 'resource-without-issuer'],
  ],
  [
    'a challenge that leads nowhere',
    at('/api', 401, { 'www-authenticate': 'Bearer' }),
    ['challenge-without-metadata'],
  ],
  ['no challenge at all', at('/api', 200, {}), []],
]

t.test('a sound server has no findings', async (t) => {
  const issuer = await startIssuer(t)
  const { code, out } = await call(['doctor', issuer, '--resource', `${issuer}/api`, '--strict'])
  t.equal(out, `${issuer}: 0 faults, 0 advice\n`)
  t.equal(code, 0)
})

t.test('each planted fault is found, and nothing else', async (t) => {
  for (const [what, plant, ids] of planted) {
    await t.test(what, async (t) => {
      const issuer = await startIssuer(t, plant)
      const argv = ['doctor', issuer, '--resource', `${issuer}/api`, '--json']
      const { code, out } = await call(argv)
      const { findings, faults } = JSON.parse(out)
      t.same(findings.map(({ id }: { id: string }) => id).sort(), [...ids].sort())
      for (const finding of findings) {
        t.match(finding, { level: /^(fault|advice)$/, found: /./, mend: /./ })
      }
      t.equal(code, faults > 0 ? 1 : 0)
    })
  }
})

t.test('a certificate that has ended is found', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'c.pem')
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', join(folder, 'k.pem'), '-out', file, '-subj', '/CN=x', '-days', '1'],
    ],
    { stdio: 'ignore' },
  )
  const x5c = [readFileSync(file, 'utf8').replace(/-----[A-Z ]+-----|\s/g, '')]
  const issuer = await startIssuer(t, { keys: ([key]) => [{ ...key, x5c }] })
  const clean = await call(['doctor', issuer])
  t.equal(clean.code, 0)
  const later = await call(['doctor', issuer, '--json'], { now: () => Date.now() / 1000 + 864_000 })
  const ids = JSON.parse(later.out).findings.map(({ id }: { id: string }) => id)
  t.same(ids.sort(), ['clock-skew', 'jwks-expired'], 'the clock of the server is behind, too')
})

t.test('plain HTTP is for loopback hosts alone', async (t) => {
  const issuer = 'http://auth.example'
  const ids = checkMetadata({ issuer }, issuer).map(({ id }) => id)
  t.ok(ids.includes('issuer-insecure'))
  t.notOk(ids.includes('issuer-mismatch'))
})

t.test('findings are said in words, advice counts only when asked to', async (t) => {
  const issuer = await startIssuer(t, at('/.well-known/openid', 404, {}))
  const gentle = await call(['doctor', issuer])
  t.equal(gentle.code, 0)
  t.match(
    gentle.out,
    /^ADVICE {2}metadata-one-address\n {8}http.* does not exist\n {8}Mend: Answer at both/,
  )
  t.match(gentle.out, /: 0 faults, 1 advice\n$/)
  t.equal((await call(['doctor', issuer, '--strict'])).code, 1)
  const one = await startIssuer(t, member('grant_types_supported', ['password']))
  const { out } = await call(['doctor', one])
  t.match(out, /^FAULT {3}password-grant\n/)
  t.match(out, /: 1 fault, 0 advice\n$/)
})

t.test('what cannot be examined is refused', async (t) => {
  const rows: [string, string[], number, RegExp][] = [
    ['nobody there', ['http://127.0.0.1:1'], 3, /nothing answers/],
    ['no URL', ['https://'], 2, /it is no URL/],
    ['a strange resource', ['http://127.0.0.1:1', '--resource', 'x'], 2, /"x" is no URL/],
  ]
  for (const [what, argv, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['doctor', ...argv])
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})
