import { readConfig } from './config.js'
import { buildServer } from './server.js'

const config = readConfig(process.env)
const app = await buildServer(config)
await app.listen({ port: config.port, host: config.host })
console.log(`${config.issuer} listens on ${config.host}:${config.port}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close())
}
