import { setImmediate } from 'node:timers/promises'
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { Mechanism } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { warnOfOpenCors } from '../src/cors.js'
import { createApp, whoami } from './fixtures/app.js'
import { bearer, wristband } from './fixtures/mechanisms.js'

async function createListening(
  options: FastifyCorsOptions | null,
  mechanism: Mechanism,
): Promise<{ app: FastifyInstance; warnings: string[] }> {
  const warnings: string[] = []
  const stream = { write: (line: string) => void warnings.push(JSON.parse(line).msg) }
  const server = { logger: { level: 'warn', stream } }
  const app = await createApp({ default: mechanism.name }, [mechanism], server)
  if (options !== null) await app.register(cors, options)
  app.get('/', whoami)
  return { app, warnings }
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
    const seen = await createListening(options as FastifyCorsOptions | null, mechanism)
    await seen.app.ready()
    await warnOfOpenCors(seen.app, seen.app.authReport())
    t.same(seen.warnings, warnings)
  })
}

t.test('V3.4.2 the warning comes when the application listens', async (t) => {
  const options = { origin: true, credentials: true }
  const { app, warnings } = await createListening(options, wristband())
  t.teardown(() => app.close())
  await app.listen({ port: 0 })
  while (warnings.length === 0) await setImmediate()
  t.same(warnings, [WARNING])
})
