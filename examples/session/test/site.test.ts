import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { chromiumOptions, requireChromium } from '@latchkey/services'
import { memoryStore } from '@latchkey/store'
import { type Browser, chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { createSite } from '../src/site.js'

const skip = requireChromium()
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const shots = process.env.LATCHKEY_SCREENSHOTS

async function serve(t: Test) {
  let skew = 0
  const clock = () => Date.now() / 1000 + skew
  const app = await createSite({ store: memoryStore({ clock }), clock })
  t.teardown(() => app.close())
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    advance(seconds: number) {
      skew += seconds
    },
  }
}

/** A device without JavaScript, on a page. */
async function device(t: Test, browser: Browser, userAgent: string): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, userAgent })
  context.setDefaultTimeout(60_000)
  t.teardown(() => context.close())
  return context.newPage()
}

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
const LAPTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

async function logIn(page: Page, url: string, password: string): Promise<void> {
  await page.goto(`${url}/login`)
  await page.fill('#name', 'Ada')
  await page.fill('#password', password)
  await page.click('main button')
}

t.test('in Chromium without JavaScript', { skip, timeout: 240_000 }, async (t) => {
  const browser = await chromium.launch(chromiumOptions())
  t.teardown(() => browser.close())

  await t.test('one registers, logs out, and in again', async (t) => {
    const { url } = await serve(t)
    const page = await device(t, browser, LAPTOP)
    await page.goto(`${url}/devices`)
    t.equal(page.url(), `${url}/login?returnTo=%2Fdevices`, 'a page of one’s own asks for a login')
    await page.click('main >> text=Register')
    await page.fill('#name', 'Ada')
    await page.fill('#new-password', 'short 7')
    await page.locator('#new-password').evaluate((field) => field.removeAttribute('minlength'))
    await page.click('main button')
    t.match(await page.textContent('[role=alert]'), 'too short')
    t.equal(await page.inputValue('#name'), 'Ada', 'what was typed is still there')
    await page.fill('#new-password', 'correct horse battery')
    await page.click('main button')
    t.match(await page.textContent('h1'), 'Hello, Ada')
    t.match(await page.textContent('[role=status]'), 'ready')
    await page.click('text=Log out')
    t.match(await page.textContent('[role=status]'), 'logged out')

    await logIn(page, url, 'wrong')
    t.equal(await page.textContent('[role=alert]'), 'Name or password is wrong.')
    await page.goto(`${url}/login?returnTo=%2Fdevices`)
    await page.fill('#name', ' ADA ')
    await page.fill('#password', 'correct horse battery')
    await page.click('main button')
    t.equal(page.url(), `${url}/devices`, 'and comes to where one was going')
    t.match(await page.textContent('.devices'), 'Firefox on Linux')

    await page.goto(`${url}/login?returnTo=//evil.example`)
    await logIn(page, url, 'correct horse battery')
    t.equal(page.url(), `${url}/`)
  })

  await t.test('a new password logs all other devices out', async (t) => {
    const { url } = await serve(t)
    const [phone, laptop] = [await device(t, browser, PHONE), await device(t, browser, LAPTOP)]
    await laptop.goto(`${url}/register`)
    await laptop.fill('#name', 'Ada')
    await laptop.fill('#new-password', 'correct horse battery')
    await laptop.click('main button')
    await logIn(phone, url, 'correct horse battery')
    t.match(await phone.textContent('h1'), 'Hello')

    await laptop.click('nav >> text=Password')
    await laptop.fill('#password', 'not it')
    await laptop.fill('#new-password', 'another horse entirely')
    await laptop.click('main button')
    t.match(await laptop.textContent('[role=alert]'), 'wrong')
    await laptop.fill('#password', 'correct horse battery')
    await laptop.fill('#new-password', 'another horse entirely')
    await laptop.click('main button')
    t.match(await laptop.textContent('[role=status]'), 'All other devices are logged out')

    await phone.goto(`${url}/devices`)
    t.match(phone.url(), '/login')
    await logIn(phone, url, 'correct horse battery')
    t.match(await phone.textContent('[role=alert]'), 'wrong')
    await logIn(phone, url, 'another horse entirely')
    t.match(await phone.textContent('h1'), 'Hello')
    await laptop.goto(`${url}/devices`)
    t.equal(await laptop.locator('.devices li').count(), 2)
  })

  await t.test('a device is logged out from another, after the password again', async (t) => {
    const { url, advance } = await serve(t)
    const [phone, laptop] = [await device(t, browser, PHONE), await device(t, browser, LAPTOP)]
    await laptop.goto(`${url}/register`)
    await laptop.fill('#name', 'Ada')
    await laptop.fill('#new-password', 'correct horse battery')
    await laptop.click('main button')
    await logIn(phone, url, 'correct horse battery')
    advance(600)
    await laptop.goto(`${url}/devices`)
    t.equal(await laptop.locator('text=This device').count(), 1)
    await laptop.click('.devices button')
    t.match(laptop.url(), '/confirm')
    await laptop.fill('#password', 'correct horse battery')
    await laptop.click('main button')
    t.equal(laptop.url(), `${url}/devices`)
    await laptop.click('.devices button')
    t.match(await laptop.textContent('[role=status]'), 'Safari on iOS is logged out')
    await phone.goto(`${url}/devices`)
    t.match(phone.url(), '/login')

    await logIn(phone, url, 'correct horse battery')
    await laptop.goto(`${url}/devices`)
    await laptop.click('text=Log out all other devices')
    t.match(await laptop.textContent('[role=status]'), 'All other devices')
    await phone.goto(`${url}/`)
    t.match(await phone.textContent('h1'), 'Welcome')
  })

  await t.test(
    'no page has a fault that axe finds, in light and dark, wide and narrow',
    async (t) => {
      const { url } = await serve(t)
      for (const [colorScheme, width] of [
        ['light', 360],
        ['dark', 1100],
      ] as const) {
        const context = await browser.newContext({
          bypassCSP: true,
          colorScheme,
          viewport: { width, height: 760 },
        })
        context.setDefaultTimeout(60_000)
        t.teardown(() => context.close())
        const page = await context.newPage()
        const check = async (name: string): Promise<void> => {
          await page.addScriptTag({ path: axeSource })
          const found = await page.evaluate(
            `axe.run().then((result) => result.violations.map((each) => each.id + ': ' + each.nodes.map((node) => node.target).join()))`,
          )
          t.strictSame(found, [], `${name} at ${width}, ${colorScheme}`)
          const scrolls = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
          t.equal(scrolls, false, `${name} fits ${width}`)
          if (shots !== undefined) {
            await page.screenshot({ path: `${shots}/${name}-${colorScheme}-${width}.png` })
          }
        }
        await page.goto(url)
        await check('welcome')
        await page.goto(`${url}/register`)
        await check('register')
        await page.fill('#name', `Ada ${colorScheme}`)
        await page.fill('#new-password', 'correct horse battery')
        await page.click('main button')
        await check('home')
        await page.goto(`${url}/password`)
        await check('password')
        await page.fill('#password', 'wrong')
        await page.fill('#new-password', 'another horse entirely')
        await page.click('main button')
        await check('password-wrong')
        const other = await browser.newContext({ userAgent: PHONE })
        t.teardown(() => other.close())
        const phone = await other.newPage()
        await phone.goto(`${url}/login`)
        await phone.fill('#name', `Ada ${colorScheme}`)
        await phone.fill('#password', 'correct horse battery')
        await phone.click('main button')
        await page.goto(`${url}/devices`)
        await check('devices')
        await page.goto(`${url}/confirm`)
        await check('confirm')
        await page.goto(`${url}/nowhere`)
        await check('not-found')
      }
    },
  )
})

t.test('pages bring no script and may not be framed, visitors get no cookie', async (t) => {
  const { app } = await serve(t)
  for (const path of ['/', '/login', '/register']) {
    const response = await app.inject({ url: path })
    t.equal(response.statusCode, 200)
    t.equal(response.headers['set-cookie'], undefined)
    t.match(response.headers['content-security-policy'], "default-src 'none'")
    t.match(response.headers['content-security-policy'], "frame-ancestors 'none'")
    t.notMatch(response.body, /<script|style=|\son\w+=/)
  }
})

t.test('what is typed is shown as text', async (t) => {
  const { app } = await serve(t)
  const response = await app.inject({
    method: 'POST',
    url: '/login',
    payload: { name: '"><script>alert(1)</script>', password: 'x', returnTo: '/"><b>' },
  })
  t.equal(response.statusCode, 401)
  t.notMatch(response.body, '<script')
  t.notMatch(response.body, '<b>')
})

t.test('a known and an unknown name are answered alike, and both are slowed down', async (t) => {
  const { app } = await serve(t)
  const register = { name: 'Ada', newPassword: 'correct horse battery' }
  t.equal(
    (await app.inject({ method: 'POST', url: '/register', payload: register })).statusCode,
    303,
  )
  const taken = await app.inject({ method: 'POST', url: '/register', payload: register })
  t.equal(taken.statusCode, 422)
  const answers = []
  for (const name of ['ada', 'eve']) {
    const seen = []
    for (let time = 0; time < 6; time++) {
      const payload = { name, password: 'wrong' }
      const { statusCode, headers, body } = await app.inject({
        method: 'POST',
        url: '/login',
        payload,
      })
      seen.push({
        statusCode,
        retry: headers['retry-after'] !== undefined,
        names: Object.keys(headers).sort(),
        body: body.replace(name, '').replace(/\d+ (minutes|seconds)/, ''),
      })
    }
    answers.push(seen)
  }
  t.strictSame(answers[0], answers[1])
  t.strictSame(
    answers[0]?.map((answer) => answer.statusCode),
    [401, 401, 401, 401, 401, 429],
  )
})
