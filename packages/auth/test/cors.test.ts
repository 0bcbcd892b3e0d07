import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { Mechanism } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { createApp, whoami } from './fixtures/app.js'
import { bearer, wristband } from './fixtures/mechanisms.js'

async function warningsOf(
  options: FastifyCorsOptions | null,
  mechanism: Mechanism,
): Promise<string[]> {
  const warnings: string[] = []
  const stream = { write: (line: string) => void warnings.push(JSON.parse(line).msg) }
  const app: FastifyInstance = await createApp({ default: mechanism.name }, [mechanism], {
    logger: { level: 'warn', stream },
  })
  if (options !== null) await app.register(cors, options)
  app.get('/', whoami)
  await app.listen({ port: 0 })
  await app.close()
  return warnings
}

const WARNING =
  'Every site may read what it asks for with "wristband" of its visitors: @fastify/cors allows any origin, with credentials; list yours, such as origin: ["https://app.example.com"]'

for (const [what, options, mechanism, warnings] of [
  ['any origin with credentials', { origin: true, credentials: true }, wristband(), [WARNING]],
  ['any origin without credentials', { origin: true }, wristband(), []],
  ['every origin as "*"', { origin: '*', credentials: true }, wristband(), []],
  ['a list of origins', { origin: ['https://a.example'], credentials: true }, wristband(), []],
  ['any origin, but no cookie', { origin: true, credentials: true }, bearer(), []],
  ['no CORS at all', null, wristband(), []],
] as const) {
  t.test(`V3.4.2 ${what}: ${warnings.length} warnings at boot`, async (t) => {
    t.same(await warningsOf(options as FastifyCorsOptions | null, mechanism), warnings)
  })
}
