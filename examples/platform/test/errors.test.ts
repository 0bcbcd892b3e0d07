import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { launch, logIn, noteOf, skip, visit } from './browser.js'
import { serve } from './serve.js'

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const html = { accept: 'text/html' }

t.test('every error can be understood', async (t) => {
  const { app, passwords } = await serve(t)
  const login = await app.inject({
    method: 'POST',
    url: '/login',
    headers: form,
    payload: new URLSearchParams({ username: 'ada', password: passwords.ada }).toString(),
  })
  const [cookie = { name: '', value: '' }] = login.cookies
  const mine = {
    ...form,
    ...html,
    cookie: `${cookie.name}=${cookie.value}`,
    'sec-fetch-site': 'same-origin',
  }
  const table = [
    ['nothing there', { url: '/nowhere', headers: html }, 404, 'There is no such page'],
    ['not allowed', { url: '/admin', headers: mine }, 403, 'You may not do that'],
    [
      'an order of somebody else',
      { method: 'POST', url: '/orders/3/cancel', headers: mine },
      403,
      'You may not do that',
    ],
    [
      'an order that there is not',
      { method: 'POST', url: '/orders/99/cancel', headers: mine },
      404,
      'There is no such page',
    ],
    [
      'a key that there is not',
      { method: 'POST', url: '/keys/0000000000000000/revoke', headers: mine },
      404,
      'There is no such page',
    ],
    [
      'half a form',
      { method: 'POST', url: '/login', headers: { ...form, ...html }, payload: 'username=ada' },
      400,
      'The form was not complete',
    ],
    [
      'a form after the session has ended',
      { method: 'POST', url: '/orders', headers: { ...form, ...html }, payload: 'item=x' },
      401,
      'You are logged out',
    ],
    [
      'a form of another site',
      { method: 'POST', url: '/orders', headers: { ...mine, 'sec-fetch-site': 'cross-site' } },
      403,
      'You may not do that',
    ],
  ] as const
  for (const [what, request, status, words] of table) {
    const answer = await app.inject(request)
    t.equal(answer.statusCode, status, what)
    t.match(answer.body, words, what)
    t.match(answer.headers['content-security-policy'], "default-src 'none'", what)
    t.equal(answer.headers['cache-control'], 'no-store', what)
  }
  const json = await app.inject('/api/nowhere')
  t.equal(json.statusCode, 404)
  t.same(json.json(), { error: 'There is no such route' })
})

t.test('a store that is down is no logout', async (t) => {
  const { store, fail, heal } = failingStore(memoryStore())
  const { app, passwords } = await serve(t, store)
  const payload = new URLSearchParams({ username: 'ada', password: passwords.ada }).toString()
  const attempt = { method: 'POST', url: '/login', headers: { ...form, ...html }, payload } as const
  const login = await app.inject(attempt)
  const [cookie = { name: '', value: '' }] = login.cookies
  const headers = { ...html, cookie: `${cookie.name}=${cookie.value}` }
  t.equal((await app.inject({ url: '/orders', headers })).statusCode, 200)
  fail()
  for (const request of [{ url: '/orders', headers }, { url: '/devices', headers }, attempt]) {
    const answer = await app.inject(request)
    t.equal(answer.statusCode, 503)
    t.match(answer.body, 'You have not been logged out')
    t.same(answer.cookies, [])
  }
  heal()
  t.equal((await app.inject({ url: '/orders', headers })).statusCode, 200)
})

t.test('in Chromium', { skip, timeout: 240_000 }, async (t) => {
  const browser = await launch(t)
  await t.test('guessing is slowed down, in words', async (t) => {
    const { origin } = await serve(t)
    const page = await visit(t, browser, origin)
    // Failures are counted in windows of time, and one may have ended in between.
    for (let attempt = 0; attempt < 12; attempt++) {
      await logIn(page, 'ada', 'not it')
      if ((await noteOf(page)) !== 'Name or password is wrong.') break
    }
    t.match(await noteOf(page), /Too many attempts. Please try again in \d+ (seconds|minutes)/)
  })

  await t.test('what needs a fresh login asks for it, and goes on', async (t) => {
    let skew = 0
    const clock = () => Date.now() / 1000 + skew
    const { origin, passwords } = await serve(t, memoryStore({ clock }), clock)
    const page = await visit(t, browser, origin)
    await logIn(page, 'ada', passwords.ada)
    skew = 600
    await page.goto('/keys')
    await page.fill('#name', 'Made in time')
    await page.click('text=Make the key')
    t.equal(await page.textContent('h1'), 'Is it you?')
    await page.fill('#password', 'not it')
    await page.click('text=Continue')
    t.equal(await noteOf(page), 'The password is wrong.')
    await page.fill('#password', passwords.ada)
    await page.click('text=Continue')
    t.equal(page.url(), `${origin}/keys`, 'back where one was')
    await page.fill('#name', 'Made in time')
    await page.click('text=Make the key')
    t.match(await page.textContent('#key'), 'orders_live_')
  })
})
