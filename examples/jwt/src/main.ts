import { memoryStore } from '@latchkey/store'
import { randomBase64url } from '@latchkey/tokens'
import { createApi } from './api.js'
import { createPartner } from './partner.js'

const port = Number(process.env.PORT ?? 3002)
const origin = `http://127.0.0.1:${port}`
const partnerHost = `127.0.0.1:${port + 1}`
const partner = { issuer: `http://${partnerHost}`, host: partnerHost }

const other = await createPartner(partner.issuer, origin)
const { app } = await createApi({
  store: memoryStore(),
  origin,
  secret: randomBase64url(32),
  partner,
})
await other.listen({ port: port + 1, host: '127.0.0.1' })
await app.listen({ port, host: '127.0.0.1' })

const json = `-H 'content-type: application/json'`
console.log(`
The API listens on ${origin}, its partner on ${partner.issuer}. Paste these:

# 1. log in: an access token, and a refresh token
curl -s ${origin}/login ${json} -d '{"user":"ada"}' > pair.json; cat pair.json

# 2. call with the access token
TOKEN=$(sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/' pair.json)
curl -s ${origin}/me -H "authorization: Bearer $TOKEN"

# 3. refresh; used a second time after ten seconds, the same refresh token ends the whole login
REFRESH=$(sed 's/.*"refreshToken":"\\([^"]*\\)".*/\\1/' pair.json)
curl -s ${origin}/refresh ${json} -d "{\\"refreshToken\\":\\"$REFRESH\\"}"

# 4. log out everywhere: the access token is refused at once
curl -si -X POST ${origin}/logout-everywhere -H "authorization: Bearer $TOKEN" | head -1
curl -si ${origin}/me -H "authorization: Bearer $TOKEN" | grep -i -e HTTP -e www-authenticate

# 5. a token of the partner, whose keys are fetched
PARTNER=$(curl -s -X POST ${partner.issuer}/token | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')
curl -s ${origin}/orders -H "authorization: Bearer $PARTNER"

# 6. the public keys
curl -s ${origin}/.well-known/jwks.json
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([app.close(), other.close()])
  })
}
