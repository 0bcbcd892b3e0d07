import { memoryStore } from '@latchkey/store'
import { createSite } from './site.js'

const port = Number(process.env.PORT ?? 3001)
const app = await createSite({ store: memoryStore() })
await app.listen({ port, host: '127.0.0.1' })
process.stdout.write(
  `Register at http://127.0.0.1:${port}/register. All is kept in memory and gone when this stops.\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close())
}
