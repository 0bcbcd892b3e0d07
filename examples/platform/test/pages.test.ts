import type { Page } from 'playwright-core'
import t from 'tap'
import { inspect, launch, logIn, skip, visit } from './browser.js'
import { serve } from './serve.js'

const looks = [
  ['dark', 'desktop', 1280],
  ['light', 'phone', 375],
  // Pictures are taken of all four.
  ...(process.env.LATCHKEY_SCREENSHOTS === undefined
    ? []
    : ([
        ['light', 'desktop', 1280],
        ['dark', 'phone', 375],
      ] as const)),
] as const

t.test('every page can be read by everybody', { skip, timeout: 400_000 }, async (t) => {
  const browser = await launch(t)
  for (const [colorScheme, device, width] of looks) {
    await t.test(`${colorScheme}, ${device}`, async (t) => {
      const { origin, passwords, accounts } = await serve(t)
      const viewport = { width, height: 800 }
      const options = { javaScriptEnabled: true, bypassCSP: true, colorScheme, viewport }
      const page = await visit(t, browser, origin, options)
      const look = (name: string, at: Page = page) =>
        inspect(t, at, `${name}-${device}-${colorScheme}`)

      await page.goto('/')
      await look('welcome')
      await page.goto('/login')
      await look('login')
      await page.fill('#username', 'ada')
      await page.fill('#password', 'wrong')
      await page.click('main button >> text=Log in')
      await look('login-wrong')
      await page.goto('/register')
      await look('register')
      await page.goto('/nowhere')
      await look('not-found')

      await logIn(page, 'ada', passwords.ada)
      await look('home')
      await page.goto('/orders')
      await look('orders')
      const phone = await visit(t, browser, origin, { userAgent: IPHONE })
      await logIn(phone, 'ada', passwords.ada)
      await page.goto('/devices')
      await look('devices')
      await page.goto('/keys')
      await look('keys-none')
      await page.fill('#name', 'Backup of the warehouse')
      await page.click('text=Make the key')
      await look('key-shown')
      await page.click('text=I have copied it')
      await page.click('summary')
      await look('keys')
      await page.goto('/apps')
      await look('apps-none')
      await page.goto('/parcels')
      await look('parcels')
      await page.click('text=Connect Latchkey Orders')
      await look('consent')
      await page.click('[value=approve]')
      await look('parcels-connected')
      await page.goto('/apps')
      await look('apps')
      await page.goto('/phone')
      await look('phone')
      await page.fill('#username', 'ada')
      await page.fill('#password', passwords.ada)
      await page.click('.device button')
      await page.click('text=Show my orders')
      await look('phone-in')
      await page.goto('/robot')
      await page.click('text=Export all orders')
      await look('robot')
      await page.goto('/try')
      await page.click('text=Send it with everything')
      await look('try')
      await page.goto('/confirm?returnTo=/keys')
      await look('confirm')
      await page.goto('/admin')
      await look('forbidden')

      const other = await visit(t, browser, origin, options)
      await other.goto('/login')
      await other.click('text=Sign in with Northwind ID')
      await look('northwind-login', other)
      await other.fill('#username', 'mary')
      await other.fill('#password', passwords.mary)
      await other.click('main button >> text=Sign in')
      await look('northwind-consent', other)
      await other.click('[value=approve]')
      await other.goto('/confirm?returnTo=/keys')
      await look('confirm-elsewhere', other)
      await accounts.add('linus', 'a long enough password', ['buyer'])
      const admin = await visit(t, browser, origin, options)
      await logIn(admin, 'grace', passwords.grace)
      await admin.goto('/admin')
      await admin.click('summary')
      await look('admin', admin)
      await admin.goto('/_latchkey')
      await look('report', admin)
    })
  }
})

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
