import t from 'tap'
import { createApp, me, trusting } from './support/app.js'
import { audience, createIssuer, issuer } from './support/issuer.js'

t.test('a good token becomes an identity', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, trusting(test))
  const token = test.token({
    jti: 't1',
    roles: ['admin'],
    auth_time: 1_700_000_000,
    acr: 'mfa',
    amr: ['pwd', 'otp'],
    act: { sub: 'support', act: { sub: 'bot', iss: 'https://other.example' } },
    email: 'a@example.com',
    exp: 4_000_000_000,
  })
  const response = await me(app, token)
  t.equal(response.statusCode, 200)
  t.match(response.json(), {
    subject: 'user-1',
    issuer,
    kind: 'user',
    mechanism: 'jwt',
    credentialId: 't1',
    clientId: 'app-1',
    scopes: ['orders:read', 'orders:write'],
    roles: ['admin'],
    authTime: 1_700_000_000,
    expiresAt: 4_000_000_000,
    acr: 'mfa',
    amr: ['pwd', 'otp'],
    actor: { subject: 'support', actor: { subject: 'bot', issuer: 'https://other.example' } },
    claims: { aud: audience, email: 'a@example.com' },
  })
  const again = await me(app, token)
  t.same(again.json(), response.json(), 'from memory the same')
})

t.test('without a token the answer is 401 with a bare challenge', async (t) => {
  const app = await createApp(t, trusting(await createIssuer()))
  const response = await app.inject('/me')
  t.equal(response.statusCode, 401)
  t.same(response.headers['www-authenticate'], ['Bearer realm="api"'])
})
