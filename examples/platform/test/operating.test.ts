import t from 'tap'
import { launch, logIn, noteOf, skip, visit } from './browser.js'
import { serve } from './serve.js'

t.test('an administrator sees and ends what others hold', { skip, timeout: 240_000 }, async (t) => {
  const browser = await launch(t)

  await t.test('who was turned away is on the page, with the reason', async (t) => {
    const { origin, passwords } = await serve(t)
    const ada = await visit(t, browser, origin)
    await logIn(ada, 'ada', passwords.ada)
    const answer = await ada.goto('/admin')
    t.equal(answer?.status(), 403)
    t.match(await ada.textContent('h1'), 'You may not do that')
    const grace = await visit(t, browser, origin)
    await logIn(grace, 'grace', passwords.grace)
    await grace.goto('/admin')
    t.match(await grace.textContent('[aria-labelledby=denials]'), 'missing-role')
    t.match(await grace.textContent('[aria-labelledby=denials]'), 'ada')
    const matrix = grace.locator('[aria-labelledby=matrix] tr:has-text("POST /admin/end-person")')
    t.match(await matrix.textContent(), /no.*yes/)
  })

  await t.test('a session, a key, and everything', async (t) => {
    const { origin, passwords, app } = await serve(t)
    const [ada, grace] = [await visit(t, browser, origin), await visit(t, browser, origin)]
    await logIn(ada, 'ada', passwords.ada)
    await logIn(grace, 'grace', passwords.grace)
    const owner = { type: 'user', id: 'ada' } as const
    const first = await app.apiKeys.create({ name: 'one', owner, scopes: ['orders:read'] })
    const second = await app.apiKeys.create({ name: 'two', owner, scopes: ['orders:read'] })
    const pair = await app.tokens.issuePair('ada', { scopes: ['orders:read'] })
    const call = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/api/orders', headers })).statusCode
    const bearer = { authorization: `Bearer ${pair.accessToken}` }

    await grace.goto('/admin')
    await grace.click('text=What ada holds')
    await grace.click('[aria-label^="End the session of ada"]')
    t.match(await noteOf(grace), 'session is ended')
    await ada.goto('/orders')
    t.match(ada.url(), '/login', 'the session is over')
    await grace.click('text=What ada holds')
    await grace.click('[aria-label="Revoke the key one of ada"]')
    t.match(await noteOf(grace), 'revoked')
    t.equal(await call({ 'x-api-key': first.key }), 401)
    t.equal(await call({ 'x-api-key': second.key }), 200)
    t.equal(await call(bearer), 200)

    await logIn(ada, 'ada', passwords.ada)
    await grace.goto('/admin')
    await grace.click('[aria-label="Revoke everything of ada"]')
    t.match(await noteOf(grace), 'Everything is revoked')
    t.equal(await call({ 'x-api-key': second.key }), 401)
    t.equal(await call(bearer), 401)
    await t.rejects(app.tokens.refresh(pair.refreshToken), { code: 'LATCHKEY_JWT_REFRESH_REFUSED' })
    await ada.goto('/orders')
    t.match(ada.url(), '/login')
    await logIn(ada, 'ada', passwords.ada)
    t.match(await ada.textContent('h1'), 'Hello', 'and she may come back')
  })

  await t.test('one request shows every credential', async (t) => {
    const { origin, passwords } = await serve(t)
    const page = await visit(t, browser, origin)
    await logIn(page, 'ada', passwords.ada)
    await page.goto('/try')
    await page.selectOption('#request', 'orders')
    await page.click('text=Send it with everything')
    const rows = (await page.locator('tbody tr').allTextContents()).map((row) =>
      row.replaceAll(/\s+/g, ' '),
    )
    const expected = [
      /Nothing nobody refused missing 401 ?[\d.]+ ms/,
      /session.*ada by session allowed 200 ?[\d.]+ ms ?[\d.]+ ms/,
      /API key.*export-service by api-key allowed 200/,
      /token for you.*ada by jwt allowed 200/,
      /night-robot by jwt allowed 200/,
      /forged API key nobody refused \S+ 401/,
      /forged token nobody refused signature 401/,
      /at once nobody refused ambiguous 400/,
    ]
    t.equal(rows.length, expected.length)
    for (const [at, pattern] of expected.entries()) t.match(rows[at], pattern)
    await page.selectOption('#request', 'payout')
    await page.click('text=Send it with everything')
    const row = page.locator('tr:has-text("A token for you")')
    t.match(await row.textContent(), 'ada by jwt')
    t.match(await page.locator('tr:has-text("The session")').textContent(), 'allowed')
  })
})
