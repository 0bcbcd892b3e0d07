import fastifyCookie from '@fastify/cookie'
import csrfProtection from '@fastify/csrf-protection'
import flash from '@fastify/flash'
import fastifySession from '@fastify/session'
import { memoryStore } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { session } from '../src/index.js'
import { browserOf, type TestAppOptions, testApp } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'
import { createGate, until } from './fixtures/until.js'

const bag = { config: { session: true } }
type Data = Record<string, unknown>
type Session = fastifySession.FastifySessionObject

function dataOf(session: object): Data {
  const { cookie: _, ...data } = session as Data
  return data
}

function routes(app: FastifyInstance): void {
  app.post('/set', bag, async (request) => {
    Object.assign(request.session, request.body)
    return {}
  })
  app.post('/delete', bag, async (request) => {
    for (const key of request.body as string[]) delete (request.session as unknown as Data)[key]
    return {}
  })
  app.get('/bag', bag, async (request) => dataOf(request.session))
  app.get('/id', bag, async (request) => ({
    id: request.session.sessionId,
    signed: request.session.encryptedSessionId,
  }))
}

async function stage(t: Test, options: TestAppOptions = {}) {
  const { routes: more, ...rest } = options
  const test = await testApp({
    ...rest,
    routes(app) {
      routes(app)
      more?.(app)
    },
  })
  t.teardown(() => test.app.close())
  return { ...test, browser: browserOf(test.app) }
}

t.test('a visitor’s bag is begun by what is put in, and by nothing else', async (t) => {
  const counting = countingStore(memoryStore())
  const { browser, app } = await stage(t, { store: counting.store })
  counting.reset()
  t.equal((await browser.get('/bag')).headers['set-cookie'], undefined)
  t.equal(counting.total(), 0, 'a visit asks the store nothing')
  await browser.post('/set', { cart: { apples: 3 } })
  t.equal(counting.total(), 1, 'one record is created')
  t.match(browser.token(), /^[0-9A-Za-z]{22}\.[\w-]{43}$/)
  const { id, signed } = (await browser.get('/id')).json()
  t.strictSame([id, signed], [browser.token().slice(0, 22), browser.token().slice(0, 22)])
  counting.reset()
  const response = await browser.get('/bag')
  t.strictSame(response.json(), { cart: { apples: 3 } })
  t.equal(response.headers['set-cookie'], undefined)
  t.equal(counting.total(), 1, 'reading is one read')
  t.equal((await browser.get('/me')).statusCode, 401, 'a bag is no login')
  t.equal((await browserOf(app).get('/maybe')).json().subject, null)
})

t.test('keys are added, changed and deleted', async (t) => {
  const { browser } = await stage(t)
  await browser.post('/set', { a: 1, b: [1], c: null })
  await browser.post('/set', { a: 2 })
  await browser.post('/delete', ['b'])
  t.strictSame((await browser.get('/bag')).json(), { a: 2, c: null })
})

t.test('the use of a visitor’s bag is noted once a minute', async (t) => {
  const clock = testClock()
  const counting = countingStore(memoryStore({ clock }))
  const { browser } = await stage(t, { clock, store: counting.store })
  await browser.post('/set', { a: 1 })
  counting.reset()
  for (let time = 0; time < 30; time++) {
    clock.advance(10)
    await browser.get('/bag')
  }
  t.equal(counting.counts.replace, 5)
  clock.advance(1799)
  t.strictSame((await browser.get('/bag')).json(), { a: 1 })
  clock.advance(1860)
  t.strictSame((await browser.get('/bag')).json(), {})
})

t.test('a login starts with an empty bag, or with what is kept', async (t) => {
  const { browser } = await stage(t, {
    routes(app) {
      app.post('/sign-in', bag, async (request) => {
        Object.assign(request.session, { cart: ['apple', 'pear'], noted: true })
        await request.login('u1', { keep: ['cart'] })
        Object.assign(request.session, { welcome: true })
        return request.session.sessionId
      })
    },
  })
  await browser.post('/set', { cart: ['apple'], planted: 1 })
  const before = browser.token()
  const { body } = await browser.post('/sign-in')
  t.not(browser.token(), before)
  t.equal(body, browser.token().slice(0, 22))
  t.strictSame((await browser.get('/bag')).json(), { cart: ['apple', 'pear'], welcome: true })
  t.equal((await browser.get('/me')).json().subject, 'u1')
})

t.test('a login on a route without the bag keeps from what is stored', async (t) => {
  const { browser } = await stage(t)
  await browser.post('/set', { cart: ['apple'], planted: 1 })
  await browser.post('/login', { keep: ['cart'] })
  t.strictSame((await browser.get('/bag')).json(), { cart: ['apple'] })
})

t.test('a bag of one’s own survives another login of the same subject', async (t) => {
  const { browser } = await stage(t)
  await browser.post('/login')
  await browser.post('/set', { draft: 'text' })
  await browser.post('/login')
  t.strictSame((await browser.get('/bag')).json(), { draft: 'text' })
})

t.test('a logout leaves an empty bag, in which a farewell can be put', async (t) => {
  const { browser } = await stage(t, {
    routes(app) {
      app.post('/leave', bag, async (request) => {
        await request.logout()
        const left = dataOf(request.session)
        Object.assign(request.session, { farewell: 'bye' })
        return left
      })
    },
  })
  await browser.post('/login')
  const before = browser.token()
  await browser.post('/set', { secret: 1 })
  t.strictSame((await browser.post('/leave')).json(), {})
  t.not(browser.token(), before)
  t.strictSame((await browser.get('/bag')).json(), { farewell: 'bye' })
  t.equal((await browser.get('/me')).statusCode, 401)
})

for (const [style, destroy, regenerate] of [
  [
    'promises',
    (session: Session) => session.destroy(),
    (session: Session, keys?: string[]) =>
      keys === undefined ? session.regenerate() : session.regenerate(keys),
  ],
  [
    'callbacks',
    (session: Session) => new Promise((resolve) => session.destroy(resolve)),
    (session: Session, keys?: string[]) =>
      new Promise((resolve) =>
        keys === undefined ? session.regenerate(resolve) : session.regenerate(keys, resolve),
      ),
  ],
] as const) {
  t.test(`destroy() and regenerate() work with ${style}`, async (t) => {
    const { browser } = await stage(t, {
      routes(app) {
        app.post('/destroy', bag, async (request) => {
          await destroy(request.session)
          return { session: request.session, identity: request.identity }
        })
        app.post('/regenerate', bag, async (request) => {
          const { keys } = request.body as { keys?: string[] }
          await regenerate(request.session, keys)
          return dataOf(request.session)
        })
      },
    })
    await browser.post('/login')
    await browser.post('/set', { a: 1, b: 2 })
    const before = browser.token()
    t.strictSame((await browser.post('/regenerate', { keys: ['a'] })).json(), { a: 1 })
    t.not(browser.token(), before)
    t.strictSame((await browser.get('/bag')).json(), { a: 1 })
    t.equal((await browser.get('/me')).json().subject, 'u1', 'it stays logged in')
    t.strictSame((await browser.post('/regenerate', {})).json(), {})
    t.strictSame((await browser.get('/bag')).json(), {})

    const response = await browser.post('/destroy')
    t.strictSame(response.json(), { session: null, identity: null })
    t.match(response.headers['set-cookie'], /Max-Age=0/)
    t.equal((await browser.get('/me')).statusCode, 401)

    const visitor = browser
    t.strictSame((await visitor.post('/regenerate', { keys: ['a'] })).json(), {})
    await visitor.post('/set', { a: 1, b: 2 })
    const planted = visitor.token()
    await visitor.post('/regenerate', { keys: ['b'] })
    t.strictSame((await visitor.get('/bag')).json(), { b: 2 })
    visitor.cookies.set('session', planted)
    t.strictSame((await visitor.get('/bag')).json(), {}, 'the token before is worthless')
  })
}

t.test('a new bag can be regenerated before it is stored', async (t) => {
  const { browser } = await stage(t, {
    routes(app) {
      app.post('/fresh', bag, async (request) => {
        Object.assign(request.session, { a: 1, b: 2 })
        await request.session.regenerate(['a'])
        return {}
      })
    },
  })
  await browser.post('/fresh')
  t.strictSame((await browser.get('/bag')).json(), { a: 1 })
})

t.test('save() stores at once, reload() reads again', async (t) => {
  const { browser, app } = await stage(t, {
    routes(app) {
      app.post('/save', bag, async (request) => {
        Object.assign(request.session, request.body)
        await request.session.save()
        return { saved: request.session.isSaved(), cookie: 0 }
      })
      app.post('/reload', bag, async (request) => {
        const token = browser.token()
        const other = browserOf(app)
        other.cookies.set('session', token)
        await other.post('/set', { other: 1 })
        Object.assign(request.session, { forgotten: true })
        await request.session.reload()
        return dataOf(request.session)
      })
    },
  })
  t.equal((await browser.post('/save', { a: 1 })).json().saved, true)
  t.strictSame((await browser.post('/reload')).json(), { a: 1, other: 1 })
  t.strictSame((await browser.get('/bag')).json(), { a: 1, other: 1 })
  const visitor = browserOf(app)
  await visitor.post('/save', {})
  t.ok(visitor.token(), 'even of nothing, where it is asked for')
})

t.test('reload() of what was never stored, and of what has ended, is empty', async (t) => {
  const { browser, app } = await stage(t, {
    routes(app) {
      app.post('/again', bag, async (request) => {
        await app.sessions.revoke(request.session.sessionId)
        await request.session.reload()
        return dataOf(request.session)
      })
    },
  })
  t.strictSame((await browserOf(app).post('/again')).json(), {})
  await browser.post('/set', { a: 1 })
  t.strictSame((await browser.post('/again')).json(), {})
})

t.test('what is no JSON, or too much of it, is said, and not stored', async (t) => {
  const { browser } = await stage(t, {
    routes(app) {
      app.post('/bigint', bag, async (request) => {
        Object.assign(request.session, { count: 1n })
        return {}
      })
      app.post('/function', bag, async (request) => {
        Object.assign(request.session, { call: () => 1 })
        return {}
      })
      app.post('/large', bag, async (request) => {
        Object.assign(request.session, { text: 'x'.repeat(300_000) })
        return {}
      })
    },
  })
  for (const url of ['/bigint', '/large']) {
    const response = await browser.post(url)
    t.equal(response.statusCode, 500, url)
    t.equal(response.json().code, 'LATCHKEY_SESSION_INVALID_BAG', url)
    t.equal(response.headers['set-cookie'], undefined, url)
  }
  t.equal((await browser.post('/function')).headers['set-cookie'], undefined)
})

t.test('a key "__proto__" is no key', async (t) => {
  const { browser, store } = await stage(t)
  await browser.post('/set', { a: 1 })
  const key = `session:session:${browser.token().slice(0, 22)}`
  const record = await store.get(key)
  const value = {
    ...(record?.value as object),
    bag: JSON.parse('{"__proto__":{"admin":true},"a":1}'),
  }
  await store.replace(key, record?.version ?? '', value)
  t.strictSame((await browser.get('/bag')).json(), { a: 1 })
  t.equal(({} as { admin?: boolean }).admin, undefined)
})

t.test('for the token before a rotation the bag is empty where it could be written', async (t) => {
  const { browser, app } = await stage(t)
  await browser.post('/login')
  await browser.post('/set', { a: 1 })
  const late = browserOf(app)
  late.cookies.set('session', browser.token())
  await browser.post('/elevate', { acr: 'high' })
  const read = await late.get('/bag')
  t.strictSame(read.json(), { a: 1 })
  const write = await late.post('/set', { b: 2 })
  t.equal(write.statusCode, 200)
  t.equal(write.headers['set-cookie'], undefined, 'the newer cookie is left alone')
  t.strictSame((await browser.get('/bag')).json(), { a: 1 })
})

t.test('the bag can be everywhere, and HEAD opens it once', async (t) => {
  const { app } = await testApp({
    bag: 'everywhere',
    routes(app) {
      app.get('/all', async (request) => dataOf(request.session))
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  t.strictSame((await browser.get('/all')).json(), {})
  t.equal((await browser.request({ method: 'HEAD', url: '/all' })).statusCode, 200)
})

t.test('the bag can be left to @fastify/session', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(session, { store: memoryStore(), bag: 'none' })
  await app.register(fastifyCookie)
  await app.register(fastifySession, { secret: 'x'.repeat(40), cookie: { secure: false } })
  app.post('/set', async (request) => {
    Object.assign(request.session, { theirs: true })
    await request.login('u1')
    return {}
  })
  app.get('/bag', { onRequest: app.authenticate('session') }, async (request) =>
    dataOf(request.session),
  )
  const browser = browserOf(app)
  await browser.post('/set')
  t.strictSame([...browser.cookies.keys()].sort(), ['session', 'sessionId'])
  t.strictSame((await browser.get('/bag')).json(), { theirs: true })

  const other = fastify()
  t.teardown(() => other.close())
  await other.register(fastifyCookie)
  await other.register(fastifySession, { secret: 'x'.repeat(40), cookie: { secure: false } })
  await other.register(session, { store: memoryStore() })
  await t.resolves(async () => other.ready(), 'and is, where it was there first')
})

t.test('@fastify/flash keeps its messages in the bag for one page', async (t) => {
  const { browser } = await stage(t, {
    routes(app) {
      app.register(flash)
      app.register(async (app) => {
        app.post('/flash', bag, async (request) => {
          await request.login('u1')
          request.flash('info', 'Welcome back')
          return {}
        })
        app.get('/flash', bag, async (_request, reply) => reply.flash('info'))
      })
    },
  })
  await browser.post('/flash')
  t.strictSame((await browser.get('/flash')).json(), ['Welcome back'])
  t.strictSame((await browser.get('/flash')).json(), [])
})

t.test('@fastify/csrf-protection keeps its secret in the bag', async (t) => {
  const { browser, app } = await stage(t, {
    routes(app) {
      app.register(csrfProtection, { sessionPlugin: '@fastify/session' })
      app.register(async (app) => {
        app.get('/token', bag, async (_request, reply) => ({ token: reply.generateCsrf() }))
        app.post('/guarded', { ...bag, onRequest: app.csrfProtection }, async () => ({}))
      })
    },
  })
  const { token } = (await browser.get('/token')).json()
  const post = (headers: Record<string, string>) =>
    browser.request({ method: 'POST', url: '/guarded', headers })
  t.equal((await post({ 'csrf-token': token })).statusCode, 200)
  t.equal((await post({ 'csrf-token': 'wrong' })).statusCode, 403)
  t.equal((await post({})).statusCode, 403)
  const stranger = await browserOf(app).request({
    method: 'POST',
    url: '/guarded',
    headers: { 'csrf-token': token },
  })
  t.equal(stranger.statusCode, 403)
})

t.test('what a slow request writes after the login of a visitor is lost', async (t) => {
  const gate = createGate()
  const { browser, app } = await stage(t, {
    routes(app) {
      app.post('/slow', bag, async (request) => {
        await gate.wait()
        Object.assign(request.session, request.body)
        return {}
      })
    },
  })
  await browser.post('/set', { a: 1 })
  const attacker = browserOf(app)
  attacker.cookies.set('session', browser.token())
  const writing = attacker.post('/slow', { planted: true })
  t.ok(await until(() => gate.arrived() === 1))
  await browser.post('/login', { keep: ['a', 'planted'] })
  gate.open()
  t.equal((await writing).headers['set-cookie'], undefined)
  t.strictSame((await browser.get('/bag')).json(), { a: 1 })
})
