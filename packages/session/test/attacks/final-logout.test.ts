import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { browserOf, testApp } from '../fixtures/app.js'
import { storeKinds } from '../fixtures/stores.js'
import { createGate, until } from '../fixtures/until.js'

const bag = { config: { session: true } }
const clock = Object.assign(() => Date.now() / 1000, { advance() {} })

interface Stage {
  readonly here: FastifyInstance
  readonly there: FastifyInstance
  readonly gate: () => ReturnType<typeof createGate>
}

async function onStage(t: Test, stores: readonly [Store, Store]): Promise<Stage> {
  let gate = createGate()
  const routes = (app: FastifyInstance): void => {
    app.post('/slow', bag, async (request) => {
      const { wait } = gate
      const mine = request.body as object
      await wait()
      Object.assign(request.session, mine)
      return {}
    })
    app.get('/bag', bag, async (request) => ({ ...request.session, cookie: undefined }))
    app.post('/destroy', bag, async (request) => {
      await request.session.destroy()
      return {}
    })
  }
  const here = await testApp({ store: stores[0], clock, routes })
  const there = await testApp({ store: stores[1], clock, routes })
  t.teardown(() => Promise.all([here.app.close(), there.app.close()]))
  return {
    here: here.app,
    there: there.app,
    gate() {
      gate = createGate()
      return gate
    },
  }
}

for (const { name, skip, open } of storeKinds) {
  t.test(`on ${name}`, { skip }, async (t) => {
    const { stores, close } = await open()
    t.teardown(close)
    const { here, there, gate } = await onStage(t, stores)

    for (const [way, end] of [
      ['a logout', (browser) => browser.post('/logout')],
      ['session.destroy()', (browser) => browser.post('/destroy')],
      ['revoke()', (browser) => there.sessions.revoke(browser.token().slice(0, 22))],
      ['revokeAll()', () => there.sessions.revokeAll('u1')],
    ] as [string, (browser: ReturnType<typeof browserOf>) => Promise<unknown>][]) {
      await t.test(`${way} is final, whatever a slow request writes afterwards`, async (t) => {
        const browser = browserOf(here)
        await browser.post('/login')
        const token = browser.token()
        const slowly = gate()
        const slow = browserOf(there)
        slow.cookies.set('session', token)
        const writing = slow.post('/slow', { resurrected: true })
        t.ok(await until(() => slowly.arrived() === 1))
        await end(browser)
        slowly.open()
        const response = await writing
        t.equal(response.statusCode, 200)
        t.equal(response.headers['set-cookie'], undefined)
        for (const app of [here, there]) {
          const late = browserOf(app)
          late.cookies.set('session', token)
          const isGone = async () => (await late.get('/me')).statusCode === 401
          t.ok(await until(isGone), 'it has ended')
          late.cookies.set('session', token)
          t.strictSame((await late.get('/bag')).json(), {}, 'and left nothing behind')
        }
      })
    }

    await t.test('concurrent requests lose nothing of different keys', async (t) => {
      const browser = browserOf(here)
      await browser.post('/login')
      const slowly = gate()
      const writing = Array.from({ length: 20 }, (_, index) => {
        const tab = browserOf(index % 2 === 0 ? here : there)
        tab.cookies.set('session', browser.token())
        return tab.post('/slow', { [`key${index}`]: index, same: index })
      })
      t.ok(await until(() => slowly.arrived() === 20))
      slowly.open()
      for (const response of await Promise.all(writing)) t.equal(response.statusCode, 200)
      const { same, ...rest } = (await browser.get('/bag')).json()
      t.strictSame(
        rest,
        Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key${index}`, index])),
      )
      t.ok(same >= 0 && same < 20, 'of the same key, the last writer’s')
    })

    await t.test('revokeAll() spares the exception, and later logins, everywhere', async (t) => {
      const browser = browserOf(here)
      const other = browserOf(there)
      await browser.post('/login', { subject: 'u9' })
      await other.post('/login', { subject: 'u9' })
      t.equal((await other.get('/me')).statusCode, 200)
      await here.sessions.revokeAll('u9', { except: browser.token().slice(0, 22) })
      t.ok(await until(async () => (await other.get('/me')).statusCode === 401))
      t.equal((await browser.get('/me')).statusCode, 200)
      const elsewhere = browserOf(there)
      elsewhere.cookies.set('session', browser.token())
      t.equal((await elsewhere.get('/me')).statusCode, 200)
      await other.post('/login', { subject: 'u9' })
      t.equal((await other.get('/me')).statusCode, 200)
    })
  })
}
