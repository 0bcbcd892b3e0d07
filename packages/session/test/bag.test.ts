import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'

const bag = { config: { session: true } }

t.test('the bag keeps what a visitor without a login puts in', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/cart', bag, async (request) => {
        request.session.set('cart' as never, request.body as never)
        return {}
      })
      app.get('/cart', bag, async (request) => ({
        cart: request.session.get('cart' as never) ?? null,
        id: request.session.sessionId,
      }))
      app.get('/none', async (request) => ({ session: request.session }))
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const anonymous = await browser.get('/cart')
  t.equal(anonymous.headers['set-cookie'], undefined, 'a visit stores nothing')
  t.equal(anonymous.json().cart, null)
  await browser.post('/cart', { apples: 3 })
  const token = browser.token()
  t.match(token, /^[0-9A-Za-z]{22}\.[\w-]{43}$/)
  const response = await browser.get('/cart')
  t.strictSame(response.json().cart, { apples: 3 })
  t.equal(response.json().id, token.slice(0, 22), 'the session object knows the public id only')
  t.equal(response.headers['set-cookie'], undefined)
  t.strictSame((await browser.get('/none')).json(), { session: null })
  t.equal((await browser.get('/me')).statusCode, 401, 'a bag is no login')
})
