import { countingStore } from '@latchkey/store/testing'
import t from 'tap'
import { startServer } from '../fixtures/server.js'
import { basic, type Form, obtainCode, postForm, redemption } from '../fixtures/tokens.js'

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const body = (id: string, secret?: string): Form => ({ client_id: id, client_secret: secret })

const refusals: [
  line: string,
  what: string,
  form: Form,
  authorization: string | null,
  status: number,
  error: string,
][] = [
  [
    'F68',
    'Basic and a secret in the body',
    body('web', 'web-secret'),
    basic('web'),
    400,
    'invalid_request',
  ],
  [
    'F69',
    'a Basic client that uses the body',
    body('web', 'web-secret'),
    null,
    401,
    'invalid_client',
  ],
  [
    'F69',
    'a post client that uses Basic',
    {},
    basic('other', 'other-secret'),
    401,
    'invalid_client',
  ],
  ['F69', 'a public client that sends a secret', body('spa', 'x'), null, 401, 'invalid_client'],
  ['F69', 'a public client that uses Basic', {}, basic('spa', 'x'), 401, 'invalid_client'],
  [
    'F70, V10.4.10',
    'a confidential client without a secret',
    body('web'),
    null,
    401,
    'invalid_client',
  ],
  ['F70', 'no client at all', {}, null, 401, 'invalid_client'],
  ['F71', 'another client_id in the body', body('other'), basic('web'), 401, 'invalid_client'],
  ['F72', 'an unknown client in the body', body('nobody', 'x'), null, 401, 'invalid_client'],
  ['F72', 'an unknown client by Basic', {}, basic('nobody', 'x'), 401, 'invalid_client'],
  ['F72', 'a wrong secret', {}, basic('web', 'wrong'), 401, 'invalid_client'],
  ['F72', 'a wrong secret in the body', body('other', 'wrong'), null, 401, 'invalid_client'],
  ['F73', 'no base64', {}, 'Basic !!!', 401, 'invalid_client'],
  ['F73', 'no colon', {}, `Basic ${base64('web')}`, 401, 'invalid_client'],
  ['F73', 'no id', {}, `Basic ${base64(':web-secret')}`, 401, 'invalid_client'],
  ['F73', 'no secret', {}, `Basic ${base64('web:')}`, 401, 'invalid_client'],
  ['F73', 'a percent sign alone', {}, `Basic ${base64('web:%')}`, 401, 'invalid_client'],
  [
    'F73',
    'a percent sign alone in the id',
    {},
    `Basic ${base64('%:web-secret')}`,
    401,
    'invalid_client',
  ],
  [
    'F73',
    'no UTF-8',
    {},
    `Basic ${base64(Buffer.from([0xff, 0x3a, 0xff]))}`,
    401,
    'invalid_client',
  ],
  ['F73', 'another scheme', {}, 'Bearer web-secret', 401, 'invalid_client'],
  ['F73', 'the scheme alone', {}, 'Basic', 401, 'invalid_client'],
  ['G94', 'a client called __proto__', body('__proto__'), null, 401, 'invalid_client'],
]

t.test('a client is authenticated by the one method that it registered', async (t) => {
  let counting: ReturnType<typeof countingStore> | undefined
  const { app } = await startServer({ limits: { authenticationFailures: 1000 } }, (store) => {
    counting = countingStore(store)
    return counting.store
  })
  for (const [line, what, form, authorization, status, error] of refusals) {
    await t.test(`${line}: ${what}`, async (t) => {
      for (const url of ['/token', '/revoke', '/introspect']) {
        counting?.reset()
        const headers = authorization === null ? {} : { authorization }
        const fields = { grant_type: 'client_credentials', token: 'x', ...form }
        const response = await postForm(app, url, fields, headers)
        t.equal(response.statusCode, status, url)
        t.equal(response.json().error, error)
        t.equal(response.headers['cache-control'], 'no-store')
        const challenge = response.headers['www-authenticate']
        if (status === 401 && authorization !== null) t.match(challenge, /^Basic /)
        else t.equal(challenge, undefined, 'F72: the challenge only where Basic was tried')
        const { create, replace } = counting?.counts ?? { create: -1, replace: -1 }
        t.equal(create + replace, 0, 'no record is written')
      }
    })
  }
})

t.test('F73: credentials are form-encoded', async (t) => {
  const client_secret = 'a b:c+%é'
  const { app } = await startServer({
    clients: [{ client_id: 'a:b', client_secret, grant_types: ['client_credentials'] }],
  })
  const form = { grant_type: 'client_credentials' }
  const response = await postForm(app, '/token', form, {
    authorization: basic('a:b', client_secret),
  })
  t.equal(response.statusCode, 200)
})

t.test('F74: a secret in the URL is refused', async (t) => {
  const { app } = await startServer()
  const url = '/token?client_id=other&client_secret=other-secret'
  const response = await postForm(app, url, { grant_type: 'authorization_code' })
  t.equal(response.statusCode, 400)
  t.equal(response.json().error, 'invalid_request')
})

t.test('a public client redeems with PKCE alone, and a post client with its secret', async (t) => {
  const { app } = await startServer()
  const code = await obtainCode(app, { client_id: 'spa' })
  const response = await postForm(app, '/token', redemption(code, { client_id: 'spa' }))
  t.equal(response.statusCode, 200)
  const other = await obtainCode(app, { client_id: 'other' })
  const form = redemption(other, body('other', 'other-secret'))
  t.equal((await postForm(app, '/token', form)).statusCode, 200)
})

t.test('F76, M150: failures are limited by client and network, in IPv6 by /64', async (t) => {
  const { app, advance } = await startServer({ limits: { authenticationFailures: 3, window: 60 } })
  const attempt = (remoteAddress: string, secret = 'wrong', client = 'service') =>
    app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic(client, secret),
      },
      payload: 'grant_type=client_credentials',
    })
  for (let at = 0; at < 3; at++) {
    t.equal((await attempt(`2001:db8::${at}`)).statusCode, 401)
  }
  const refused = await attempt('2001:db8::ffff')
  t.equal(refused.statusCode, 429)
  t.equal(refused.json().error, 'temporarily_unavailable')
  t.match(refused.headers['retry-after'], /^\d+$/)
  t.equal((await attempt('2001:db8::1', 'service-secret')).statusCode, 429, 'the right one too')
  t.equal((await attempt('2001:db8:0:1::1', 'service-secret')).statusCode, 200, 'another /64')
  t.equal((await attempt('2001:db8::1', 'wrong', 'web')).statusCode, 401, 'another client')
  advance(60)
  t.equal((await attempt('2001:db8::1', 'service-secret')).statusCode, 200)
})

t.test('V2.3.4: of a hundred guesses at once as many are judged as the limit lets', async (t) => {
  const { app } = await startServer({ limits: { authenticationFailures: 10 } })
  const guesses = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      postForm(app, '/token', {}, { authorization: basic('web', `guess-${at}`) }),
    ),
  )
  t.equal(guesses.filter(({ statusCode }) => statusCode === 401).length, 10)
  t.equal(guesses.filter(({ statusCode }) => statusCode === 429).length, 90)
})

t.test(
  'F75, V11.2.4: secrets are compared by digest in constant time, of unknown clients too',
  async (t) => {
    const { isSecretOf } = await import('../../src/client-auth/secret.js')
    const { readFile } = await import('node:fs/promises')
    t.equal(isSecretOf(null, 'no client has this digest'), true, 'compared, whoever it is')
    t.equal(isSecretOf(null, 'x'), false)
    const source = await readFile(
      new URL('../../src/client-auth/secret.ts', import.meta.url),
      'utf8',
    )
    t.match(source, 'isEqualDigest(sha256Base64url(secret)')
  },
)
