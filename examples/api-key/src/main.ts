import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { keyChannels } from '@latchkey/api-key'
import { channels } from '@latchkey/identity'
import { memoryStore } from '@latchkey/store'
import { createServer } from './server.js'

const port = Number(process.env.PORT ?? 3002)
const origin = `http://127.0.0.1:${port}`
const password = randomBytes(9).toString('base64url')
const app = await createServer({ store: memoryStore(), password })
await app.listen({ port, host: '127.0.0.1' })

for (const { name } of [...Object.values(keyChannels), channels.revoked]) {
  subscribe(name, (event) => console.log(String(name), JSON.stringify(event)))
}

const json = `-H 'content-type: application/json' -H 'origin: ${origin}'`
console.log(`
Reports listen on ${origin}. Everything is kept in memory and gone when this stops.
Paste these, one after the other:

curl -s -c keys.jar ${origin}/login ${json} -d '{"password":"${password}"}'
MADE=$(curl -s -b keys.jar ${origin}/keys/ ${json} -d '{"name":"nightly","scopes":["reports:read"]}'); echo "$MADE"
KEY=$(echo "$MADE" | sed 's/.*"key":"\\([^"]*\\)".*/\\1/'); ID=$(echo "$KEY" | cut -d_ -f3)
curl -si ${origin}/reports/long -H "x-api-key: $KEY"
curl -si -X POST ${origin}/reports -H "x-api-key: $KEY"
curl -s -b keys.jar ${origin}/keys/$ID/rotate ${json} -d '{"overlap":60}'
curl -si ${origin}/reports/long -H "x-api-key: $KEY"
curl -si ${origin}/reports/short -H "x-api-key: $KEY"
curl -si -X DELETE -b keys.jar ${origin}/keys/$ID -H 'origin: ${origin}'
curl -si ${origin}/whoami -H "x-api-key: $KEY"
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close())
}
