import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'
import { createIdentity, identity } from '../src/index.js'

t.test('an upgrade that @fastify/websocket injects for tests is authenticated', async (t) => {
  const app = Fastify()
  await app.register(websocket)
  await app.register(identity)
  app.mechanisms.register({
    name: 'badge',
    sources: [{ in: 'header', name: 'x-badge' }],
    ambient: false,
    authenticate: () => ({
      identity: createIdentity({
        subject: 's',
        issuer: 'test',
        kind: 'user',
        mechanism: 'badge',
        credentialId: 'c',
      }),
    }),
    challenge: () => null,
    securityScheme: { type: 'apiKey', in: 'header', name: 'x-badge' },
    describe: () => ({
      type: 'badge',
      revocationWindow: 0,
      algorithms: [],
      outbound: [],
      secretsAtRest: 'none',
    }),
  })
  const onRequest = app.authenticate('badge')
  app.get('/ws', { websocket: true, onRequest }, (socket) => socket.terminate())
  await app.ready()
  const socket = await app.injectWS('/ws', { headers: { 'x-badge': 'b' } })
  t.ok(socket)
  await t.rejects(app.injectWS('/ws'), { message: 'Unexpected server response: 401' })
  await app.close()
})
