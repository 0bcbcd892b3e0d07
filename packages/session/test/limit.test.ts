import { memoryStore, type Store } from '@latchkey/store'
import t from 'tap'
import { type Browser, browserOf, testApp } from './fixtures/app.js'

const status = async (browser: Browser) => (await browser.get('/me')).statusCode

t.test('with "evict" the oldest session goes', async (t) => {
  const { app } = await testApp({ maxSessions: { count: 2, policy: 'evict' } })
  t.teardown(() => app.close())
  const [one, two, three] = [browserOf(app), browserOf(app), browserOf(app)]
  for (const browser of [one, two, three]) {
    t.equal((await browser.post('/login')).statusCode, 200)
    await browser.get('/me')
  }
  t.strictSame([await status(one), await status(two), await status(three)], [401, 200, 200])
  await two.post('/login')
  t.strictSame([await status(two), await status(three)], [200, 200], 'a renewal takes no place')
})

t.test('with "deny" the login is refused with 409, and changes nothing', async (t) => {
  const { app } = await testApp({ maxSessions: { count: 2, policy: 'deny' } })
  t.teardown(() => app.close())
  const [one, two, three] = [browserOf(app), browserOf(app), browserOf(app)]
  await one.post('/login')
  await two.post('/login')
  const response = await three.post('/login')
  t.equal(response.statusCode, 409)
  t.equal(response.json().code, 'LATCHKEY_SESSION_TOO_MANY')
  t.equal(response.headers['set-cookie'], undefined)
  t.strictSame([await status(one), await status(two)], [200, 200])
  await one.post('/logout')
  t.equal((await three.post('/login')).statusCode, 200)
})

for (const policy of ['evict', 'deny'] as const) {
  t.test(`of ten logins at the same time, "${policy}" leaves no more than two`, async (t) => {
    // All of them look before any of them has written.
    const inner = memoryStore()
    let looking = 0
    let goOn = (): void => {}
    const all = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const store: Store = {
      ...inner,
      async list(...args) {
        const page = await inner.list(...args)
        if (++looking === 10) goOn()
        await all
        return page
      },
    }
    const { app } = await testApp({ store, maxSessions: { count: 2, policy } })
    t.teardown(() => app.close())
    const browsers = Array.from({ length: 10 }, () => browserOf(app))
    const responses = await Promise.all(browsers.map((browser) => browser.post('/login')))
    const statuses = await Promise.all(browsers.map(status))
    const living = statuses.filter((each) => each === 200).length
    t.ok(living <= 2, `${living} live`)
    t.ok(policy === 'deny' || living === 2)
    for (const response of responses) {
      t.ok([200, 409].includes(response.statusCode))
    }
  })
}
