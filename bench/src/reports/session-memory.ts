// What sessions take in memory: in the memory store, and remembered by a process.
import { session } from '@latchkey/session'
import { memoryStore, type Store } from '@latchkey/store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Report } from '../group.js'

async function settledHeap(): Promise<number> {
  for (let round = 0; round < 6; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    global.gc?.()
  }
  return process.memoryUsage().heapUsed
}

async function serve(store: Store, cacheSize: number): Promise<FastifyInstance> {
  const app = Fastify() as FastifyInstance
  await app.register(session, { store, cacheSize, allowPlainHttp: true })
  app.post('/login', async (request) => {
    await request.login((request.body as { subject: string }).subject, { amr: ['pwd'] })
    return {}
  })
  app.get('/me', { onRequest: app.authenticate('session') }, async () => ({}))
  return app
}

const report: Report = async ({ smoke }) => {
  const count = smoke ? 200 : 100_000
  const store = memoryStore({ allowInProduction: true })
  const first = await serve(store, 0)
  const cookies = Buffer.alloc(count * 100)
  await first.inject({ method: 'POST', url: '/login', payload: { subject: 'warm-up' } })
  const before = await settledHeap()
  for (let index = 0; index < count; index++) {
    const payload = { subject: `user-${index}` }
    const { headers } = await first.inject({ method: 'POST', url: '/login', payload })
    cookies.write(String(headers['set-cookie']).split(';', 1)[0] as string, index * 100)
  }
  await first.close()
  const stored = await settledHeap()

  const visit = async (app: FastifyInstance): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const cookie = cookies.toString('latin1', index * 100, (index + 1) * 100).replace(/\0+$/, '')
      const { statusCode } = await app.inject({ url: '/me', headers: { cookie } })
      if (statusCode !== 200) throw new Error(`Cannot measure: ${statusCode}`)
    }
  }
  // Other processes, in which nobody has logged in, but everybody comes along: one that remembers
  // nobody, so that all else is as it will be, and one that remembers all.
  const forgetful = await serve(store, 0)
  await visit(forgetful)
  const second = await serve(store, 2 * count)
  const ready = await settledHeap()
  await visit(second)
  const remembered = await settledHeap()
  await forgetful.close()
  await second.close()
  if ((await store.stats()).engine !== 'memory') throw new Error('It must have lived so long')
  const each = (bytes: number): string => (bytes / count).toFixed(0)
  return {
    title: `Memory of ${count} sessions`,
    columns: ['what', 'bytes each'],
    rows: [
      ['record and index entry, in the memory store', each(stored - before)],
      ['remembered by a process', each(remembered - ready)],
    ],
    notes: [
      global.gc === undefined
        ? 'without --expose-gc, so garbage is counted, too'
        : 'after garbage collection',
    ],
  }
}

export default report
