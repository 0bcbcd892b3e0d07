import t from 'tap'
import { createApp, whoami } from './fixtures/app.js'

const BOTH = ['bearer', 'badge', 'wristband']

t.test('a public route is answered without an identity, whatever is presented', async (t) => {
  const app = await createApp()
  app.get('/', { config: { auth: 'public' } }, whoami)
  const response = await app.inject({ url: '/', headers: { authorization: 'Bearer forged' } })
  t.equal(response.statusCode, 200)
  t.same(response.json(), { by: null })
})

t.test('the mechanism whose credential is presented establishes the identity', async (t) => {
  const app = await createApp()
  app.get('/', { config: { auth: BOTH } }, whoami)
  for (const [by, headers] of [
    ['bearer', { authorization: 'Bearer valid' }],
    ['badge', { 'x-badge': 'valid' }],
    ['wristband', { cookie: 'wristband=valid' }],
  ] as const) {
    const response = await app.inject({ url: '/', headers })
    t.equal(response.statusCode, 200, by)
    t.same(response.json(), { by })
  }
})
