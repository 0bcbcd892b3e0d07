import { randomBytes } from 'node:crypto'
import { memoryStore } from '@latchkey/store'
import { createPlatform } from './platform.js'

const port = Number(process.env.PORT ?? 3000)
const origin = `http://127.0.0.1:${port}`
const { app, accounts } = await createPlatform({
  store: memoryStore(),
  origin,
  logger: { level: process.env.LOG_LEVEL ?? 'warn' },
})

const password = randomBytes(9).toString('base64url')
await accounts.add('ada', password, ['buyer'])
await app.listen({ port, host: '127.0.0.1' })

const { key } = await app.apiKeys.create({
  name: 'nightly export',
  owner: { type: 'service', id: 'exporter' },
  scopes: ['orders:read'],
})
const { accessToken } = await app.tokens.issue('grace', {
  roles: ['admin'],
  scopes: ['orders:read', 'orders:write'],
})

process.stdout.write(`
The orders platform listens on ${origin}. Everything is kept in memory and gone when it stops.

  API key   ${key}
  person    ada, password ${password}
  JWT       ${accessToken}

Paste these:

# 1. an API key: who is it, and what may it do
curl -s ${origin}/me -H 'x-api-key: ${key}'

# 2. a JWT on a route that asks for a scope
curl -s ${origin}/orders -H 'authorization: Bearer ${accessToken}'

# 3. a session: log in, and call with the cookie
curl -s -c latchkey.jar ${origin}/login -H 'content-type: application/json' -d '{"username":"ada","password":"${password}"}' && curl -s -b latchkey.jar ${origin}/me

# 4. a route that wants a fresh login (browsers send the origin by themselves)
curl -s -b latchkey.jar -X POST ${origin}/payout -H 'origin: ${origin}'

# 5. a key is not enough for the administrator's page: 403
curl -si ${origin}/admin -H 'x-api-key: ${key}'

Every route and what it asks for: ${origin}/_latchkey
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close())
}
