import { demoPassword, type Started } from './start.js'

/** Seconds that the printed key works. */
const KEY_LIFE = 86_400

/** Makes credentials to paste, and writes what to do with them. */
export async function announce({ app, origin, kind, secrets }: Started): Promise<string> {
  const { key } = await app.apiKeys.create({
    name: 'nightly export',
    owner: { type: 'service', id: 'export-service' },
    scopes: ['orders:read', 'orders:export'],
    expiresAt: Math.floor(Date.now() / 1000) + KEY_LIFE,
  })
  const { accessToken } = await app.tokens.issue('grace', {
    roles: ['admin'],
    scopes: ['orders:read', 'orders:write'],
  })
  const [ada, grace, mary] = ['ada', 'grace', 'mary'].map((name) => demoPassword(name, secrets))
  const lasting = kind.startsWith('memory') ? 'When this stops, it is gone.' : 'It stays.'
  const json = `-H 'content-type: application/json'`
  return `Open ${origin} and log in as ada, password ${ada} (buys), or grace, password ${grace} (administers).
Or choose "Sign in with Northwind ID", another server: mary, password ${mary}.

Everything is kept in ${kind}. ${lasting} Without a browser, paste these:

  API key   ${key}
  JWT       ${accessToken}

# 1. an API key: who is it, and what may it do
curl -s ${origin}/api/me -H 'x-api-key: ${key}'

# 2. a JWT on a route that asks for a scope
curl -s ${origin}/api/orders -H 'authorization: Bearer ${accessToken}'

# 3. a session: log in, and call with the cookie
curl -s -c latchkey.jar ${origin}/api/login ${json} -d '{"username":"ada","password":"${ada}"}' && curl -s -b latchkey.jar ${origin}/api/me

# 4. a route that wants a fresh login (browsers send the origin by themselves)
curl -s -b latchkey.jar -X POST ${origin}/api/payout -H 'origin: ${origin}'

# 5. a key is not enough for what administrators see: 403
curl -si ${origin}/api/admin -H 'x-api-key: ${key}'

Every route and what it asks for: ${origin}/_latchkey
`
}
