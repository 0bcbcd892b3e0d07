import { buildServer } from './server.js'

const port = Number(process.env.PORT ?? 3000)
const issuer = process.env.ISSUER ?? `http://localhost:${port}`
const app = await buildServer(issuer)
await app.listen({ port, host: '127.0.0.1' })
console.log(`The MCP server is ${issuer}/mcp`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close())
}
