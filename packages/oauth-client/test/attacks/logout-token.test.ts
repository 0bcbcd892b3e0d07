import { randomUUID } from 'node:crypto'
import { generatePrivateJwk, type JsonObject } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { discovery } from '../../src/index.js'
import { type Browser, browse, collectEvents, testClient } from '../fixtures/client.js'
import { fakeProvider } from '../fixtures/fake-provider.js'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

async function scene(t: Test) {
  const provider = await fakeProvider(t)
  const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
  const signIn = async (subject: string): Promise<Browser> => {
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    await browser.get(provider.agree(start.headers.location, subject).href)
    return browser
  }
  const claims = (more: JsonObject = {}): JsonObject => {
    const iat = Math.floor(client.clock())
    return {
      iss: provider.issuer,
      aud: 'app',
      iat,
      exp: iat + 120,
      jti: randomUUID(),
      sub: 'ada',
      sid: 'sid-ada',
      events: { [EVENT]: {} },
      ...more,
    }
  }
  const send = (token: string) =>
    browse(client).post('/auth/acme/backchannel-logout', { logout_token: token })
  return { provider, client, signIn, claims, send }
}
type Scene = Awaited<ReturnType<typeof scene>>

const forged: readonly [what: string, (scene: Scene) => Promise<string>, reason: string][] = [
  ['no token but words', async () => 'hello', 'malformed'],
  ['an ID token', ({ provider, claims }) => provider.sign(claims(), 'JWT'), 'type'],
  [
    'a token that anybody signed',
    async ({ provider, claims }) =>
      provider.sign(claims(), 'logout+jwt', await generatePrivateJwk('ES256')),
    'unknown-key',
  ],
  [
    'a token that somebody signed in its name',
    async ({ provider, claims }) =>
      provider.sign(claims(), 'logout+jwt', {
        ...(await generatePrivateJwk('ES256')),
        kid: provider.key.kid,
      }),
    'signature',
  ],
]

const wrong: readonly [what: string, JsonObject | ((now: number) => JsonObject), reason: string][] =
  [
    ['another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['another audience', { aud: 'other' }, 'audience'],
    ['a nonce', { nonce: 'n' }, 'nonce'],
    ['no events', { events: undefined }, 'events'],
    ['events in a list', { events: [EVENT] }, 'events'],
    ['another event', { events: { 'http://example.com/other': {} } }, 'events'],
    ['an event that is no object', { events: { [EVENT]: true } }, 'events'],
    ['no jti', { jti: undefined }, 'jti'],
    ['an empty jti', { jti: '' }, 'jti'],
    ['neither sub nor sid', { sub: undefined, sid: undefined }, 'nobody'],
    ['a sub that is a number', { sub: 7 }, 'subject'],
    ['a sid that is a number', { sid: 7 }, 'session'],
    ['no iat', { iat: undefined }, 'no-issue-time'],
    ['no exp', { exp: undefined }, 'no-expiry'],
    ['an iat of three minutes ago', (now) => ({ iat: now - 180 }), 'old'],
    ['an iat in the future', (now) => ({ iat: now + 120 }), 'issued-in-future'],
    ['an exp in the past', (now) => ({ exp: now - 31 }), 'expired'],
  ]

const refusals: typeof forged = [
  ...forged,
  ...wrong.map(([what, change, reason]): (typeof forged)[number] => [
    `a token with ${what}`,
    ({ provider, claims, client }) => {
      const now = Math.floor(client.clock())
      const changed = typeof change === 'function' ? change(now) : change
      return provider.sign(claims(changed), 'logout+jwt')
    },
    reason,
  ]),
]

for (const [what, make, reason] of refusals) {
  t.test(`V10.5.5: ${what} ends nothing: 400`, async (t) => {
    const all = await scene(t)
    const ada = await all.signIn('ada')
    const events = collectEvents(t)
    const answer = await all.send(await make(all))
    t.equal(answer.statusCode, 400)
    t.equal(answer.json().error, 'LATCHKEY_OAUTH_CLIENT_LOGOUT_REFUSED')
    t.match(events, [{ outcome: 'refused', reason }])
    t.equal(await ada.isSignedIn(), true)
  })
}

const endings: readonly [what: string, JsonObject, isEveIn: boolean, isSecondIn: boolean][] = [
  ['a session', { sub: undefined }, true, false],
  ['a session of a subject', {}, true, false],
  ['a subject', { sid: undefined }, true, false],
  ['a session that nobody has', { sid: 'other' }, true, true],
]
for (const [what, more, isEveIn, isSecondIn] of endings) {
  t.test(
    `V7.1.3, V10.5.5: the logout of ${what} ends what belongs to it, and no more`,
    async (t) => {
      const { provider, claims, send, signIn } = await scene(t)
      const [ada, second, eve] = [await signIn('ada'), await signIn('ada'), await signIn('eve')]
      const answer = await send(await provider.sign(claims(more), 'logout+jwt'))
      t.equal(answer.statusCode, 200)
      t.equal(answer.body, '')
      t.equal(answer.headers['cache-control'], 'no-store')
      t.equal(await ada.isSignedIn(), isSecondIn)
      t.equal(await second.isSignedIn(), isSecondIn)
      t.equal(await eve.isSignedIn(), isEveIn)
    },
  )
}

t.test('V10.5.5: a logout token is good once', async (t) => {
  const { provider, claims, send, signIn } = await scene(t)
  const ada = await signIn('ada')
  const token = await provider.sign(claims({ jti: 'j1' }), 'logout+jwt')
  t.equal((await send(token)).statusCode, 200)
  t.equal(await ada.isSignedIn(), false)
  const events = collectEvents(t)
  t.equal((await send(token)).statusCode, 400)
  t.match(events, [{ outcome: 'refused', reason: 'replayed' }])
})

t.test('a sign-in that is under way when its session ends there comes to nothing', async (t) => {
  const { provider, claims, send, client } = await scene(t)
  const browser = browse(client)
  const start = await browser.get('/auth/acme')
  provider.behave.userInfo = (user) => ({ body: user })
  for (const more of [{}, { sid: undefined }]) {
    // The provider ends the session between its token and our cookie.
    provider.behave.token = async (answer) => {
      await send(await provider.sign(claims(more), 'logout+jwt'))
      await send(await provider.sign(claims(more), 'logout+jwt'))
      return { body: answer }
    }
    const again = await browser.get('/auth/acme')
    const end = await browser.get(provider.agree(again.headers.location).href)
    t.equal(end.statusCode, 400)
    t.equal(await browser.isSignedIn(), false)
  }
  t.equal(start.statusCode, 303)
})

t.test('what is no form is not understood', async (t) => {
  const { client } = await scene(t)
  const url = '/auth/acme/backchannel-logout'
  const shapes = [
    { payload: { logout_token: 'x' } },
    { payload: 'other=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    {
      payload: 'x'.repeat(40_000),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    {},
  ]
  for (const shape of shapes) {
    const answer = await client.app.inject({ method: 'POST', url, ...shape })
    t.equal(answer.statusCode, 400)
    t.equal(answer.json().error, 'LATCHKEY_OAUTH_CLIENT_MALFORMED')
  }
})

t.test('more sessions than one page of the index end', async (t) => {
  const { provider, client, claims, send, signIn } = await scene(t)
  const ada = await signIn('ada')
  const at = Math.floor(client.clock()) + 600
  const { createHash } = await import('node:crypto')
  const name = JSON.stringify(['acme', provider.issuer, 'ada'])
  const index = `oauth-client:sub:${createHash('sha256').update(name).digest('base64url')}`
  for (let member = 0; member < 1100; member++) await client.store.link(index, `s${member}`, at)
  t.equal(
    (await send(await provider.sign(claims({ sid: undefined }), 'logout+jwt'))).statusCode,
    200,
  )
  t.equal(await ada.isSignedIn(), false)
})
