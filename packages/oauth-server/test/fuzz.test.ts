import fc from 'fast-check'
import t from 'tap'
import { startProvider } from './fixtures/openid.js'
import { cookieOf, issuer, startServer } from './fixtures/server.js'
import { basic, obtainCode, obtainTokens } from './fixtures/tokens.js'

/** Requests per endpoint: each is a whole exchange, so a tenth of what parsers get. */
const numRuns = Math.ceil(Number(process.env.LATCHKEY_FUZZ ?? 2_000) / 10)

const endpoints: [url: string, isPage: boolean][] = [
  ['/token', false],
  ['/revoke', false],
  ['/introspect', false],
  ['/par', false],
  ['/userinfo', false],
  ['/register', false],
  ['/register/dc0123456789abcdefghijkl', false],
  ['/authorize', true],
  ['/authorize/0123456789abcdefghijkl', true],
  ['/logout', true],
  ['/connected-apps', true],
]

const names = [
  'grant_type',
  'code',
  'code_verifier',
  'client_id',
  'client_secret',
  'redirect_uri',
  'scope',
  'refresh_token',
  'resource',
  'token',
  'token_type_hint',
  'client_assertion',
  'client_assertion_type',
  'response_type',
  'response_mode',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'claims',
  'id_token_hint',
  'request',
  'request_uri',
  'code_challenge',
  'code_challenge_method',
  'login_hint',
  'ui_locales',
  'acr_values',
  'dpop_jkt',
  'access_token',
  'decision',
  'post_logout_redirect_uri',
  '__proto__',
  'constructor',
  '',
]

t.test(
  'whatever is sent, the answer is shaped, kept by nobody, and no fault of ours',
  async (t) => {
    const provider = await startProvider({
      registration: { perHour: 1e9 },
      limits: {
        authenticationFailures: 1e9,
        tokenRequests: 1e9,
        pushedRequests: 1e9,
        authorizationRequests: 1e9,
      },
    })
    const { app } = provider
    const code = await obtainCode(app, { scope: 'openid offline_access' })
    const tokens = await obtainTokens(app, { scope: 'openid offline_access' })
    const seeds = [
      code,
      tokens.access_token,
      tokens.refresh_token,
      tokens.id_token,
      'web',
      'web-secret',
      'spa',
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'code',
      'S256',
      'openid',
      'none',
      'login',
      'form_post',
      '{}',
      '{"id_token":{"acr":null}}',
      'https://app.example.net/callback',
      issuer,
      'urn:ietf:params:oauth:request_uri:x',
      'approve',
      '\ud800',
      '\0',
      '%',
      '%E0%A4%A',
    ].filter((seed) => seed !== undefined)

    const text = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...seeds) },
      fc.string({ unit: 'binary' }),
      fc
        .constantFrom(...seeds)
        .chain((seed) => fc.nat(seed.length).map((at) => `${seed.slice(0, at)}x${seed.slice(at)}`)),
    )
    const form = fc
      .array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 12 })
      .map((pairs) => {
        const params = new URLSearchParams()
        for (const [name, value] of pairs) params.append(name, value)
        return params.toString()
      })
    const body = fc.oneof({ weight: 4, arbitrary: form }, fc.json(), fc.string({ unit: 'binary' }))
    const printable = fc.stringMatching(/^[\x20-\x7e]{0,60}$/)
    const header = fc.oneof(
      printable,
      fc.constantFrom(
        basic('web'),
        basic('service'),
        `Bearer ${tokens.access_token}`,
        'DPoP x',
        'Basic',
      ),
    )
    const types = ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'x']
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH'),
      query: fc.option(form, { nil: '' }),
      type: fc.constantFrom(...types, types[0] as string, types[0] as string),
      payload: body,
      authorization: fc.option(header, { nil: undefined }),
      dpop: fc.option(header, { nil: undefined }),
      cookie: fc.constantFrom('', cookieOf({ subject: 'alice' }), '__Host-latchkey-browser=x'),
      site: fc.constantFrom('same-origin', 'cross-site', 'none'),
    })

    for (const [url, isPage] of endpoints) {
      await t.test(url, async (t) => {
        await fc.assert(
          fc.asyncProperty(
            request,
            async ({ method, query, type, payload, cookie, site, ...rest }) => {
              const headers: Record<string, string> = {
                'content-type': type,
                cookie,
                'sec-fetch-site': site,
              }
              for (const name of ['authorization', 'dpop'] as const) {
                const value = rest[name]
                if (value !== undefined) headers[name] = value
              }
              const response = await app.inject({
                method: method as 'GET',
                url: query === '' ? url : `${url}?${query}`,
                headers,
                ...(method === 'GET' ? {} : { payload }),
              })
              if (response.statusCode >= 500) throw new Error(response.body)
              if (response.headers['cache-control'] !== 'no-store')
                throw new Error('it may be kept')
              if (response.statusCode >= 400 && !isPage) {
                const { error, error_description } = response.json()
                if (
                  !/^[a-z_]+$/.test(error) ||
                  /[^\x20-\x21\x23-\x5b\x5d-\x7e]/.test(error_description)
                ) {
                  throw new Error(response.body)
                }
              }
            },
          ),
          { numRuns },
        )
        t.pass(`${numRuns} requests`)
      })
    }
    const plain = await startServer()
    t.equal((await plain.app.inject({ url: '/jwks' })).statusCode, 200, 'the process is alive')
  },
)
