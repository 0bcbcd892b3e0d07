import Fastify from 'fastify'
import t from 'tap'
import { identity } from '../src/index.js'

t.test('a route that says it is open carries a mark for those who print the routes', async (t) => {
  const app = Fastify({ exposeHeadRoutes: false })
  await app.register(identity)
  const open = { config: { auth: 'public' } } as object
  const seen: string[] = []
  const note = async (): Promise<void> => {
    seen.push('own hook')
  }
  app.get('/open', open, () => 'open')
  app.get('/hooked', { ...open, onRequest: note }, () => 'hooked')
  app.get('/closed', { config: { auth: 'session' } as object }, () => 'closed')
  app.get('/silent', () => 'silent')
  await app.ready()
  const printed = app.printRoutes({ includeMeta: ['onRequest'], commonPrefix: false })
  t.equal(
    printed
      .replace(/[│├└─]/g, ' ')
      .replace(/ +/g, ' ')
      .trim(),
    [
      '/open (GET)',
      ' • (onRequest) ["latchkeyPublic()"]',
      ' /hooked (GET)',
      ' • (onRequest) ["latchkeyPublic()","note()"]',
      ' /closed (GET)',
      ' /silent (GET)',
    ].join('\n'),
  )
  t.equal((await app.inject('/open')).body, 'open')
  t.equal((await app.inject('/hooked')).body, 'hooked')
  t.same(seen, ['own hook'])
})
