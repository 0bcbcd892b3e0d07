import { createServer } from 'node:http'
import { chromiumOptions, requireChromium } from '@latchkey/services'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import t from 'tap'
import { type RunningExample, startExample } from './fixtures/example.js'

const skip = requireChromium()
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const shots = process.env.LATCHKEY_SCREENSHOTS

/** The client: it shows what it is sent, by GET or by POST. */
async function startClient() {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.setHeader('content-type', 'text/plain')
      response.end(`${request.method} ${request.url} ${body}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

interface Scene {
  readonly example: RunningExample
  readonly client: string
  authorize(changes?: Record<string, string>): string
}

async function logIn(page: Page, username = 'alice', password = 'wonderland'): Promise<void> {
  await page.fill('input[name=username]', username)
  await page.fill('input[name=password]', password)
  await page.click('button')
}

const answerOf = async (page: Page): Promise<URLSearchParams> => {
  const [, url = '', body = ''] = ((await page.textContent('body')) ?? '').split(' ')
  return body === '' ? new URL(url, 'http://x').searchParams : new URLSearchParams(body)
}

async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  for (const [size, width] of [
    ['phone', 390],
    ['desktop', 1280],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 800 })
      await page.screenshot({ path: `${shots}/${name}-${size}-${colorScheme}.png` })
    }
  }
}

/** The context without scripts, in which nothing can be evaluated. */
let plain: BrowserContext | undefined

/** No control without a name, one heading, a language, and what axe finds. */
async function checkAccess(t: Tap, page: Page): Promise<void> {
  t.equal(await page.locator('h1').count(), 1)
  t.equal(await page.getAttribute('html', 'lang'), 'en')
  t.ok(await page.title())
  if (page.context() !== plain) {
    await page.evaluate(axe.source)
    const found = await page.evaluate('axe.run()')
    const { violations } = found as { violations: { id: string; help: string }[] }
    t.same(
      violations.map(({ id, help }) => `${id}: ${help}`),
      [],
    )
  }
  for (const button of await page.locator('button, a').all())
    t.ok((await button.textContent()) !== '')
}

type Tap = typeof t

async function walk(t: Tap, browser: Browser, scene: Scene, javaScriptEnabled: boolean) {
  const context: BrowserContext = await browser.newContext({ javaScriptEnabled })
  if (!javaScriptEnabled) plain = context
  const page = await context.newPage()
  const mark = javaScriptEnabled ? 'script' : 'plain'

  await t.test(`${mark}: login, consent, and back to the client`, async (t) => {
    await page.goto(scene.authorize({ state: 'first', prompt: 'consent' }))
    await shoot(page, `login-${mark}`)
    await logIn(page, 'alice', 'wrong')
    t.match(await page.textContent('[role=alert]'), 'not the right')
    await logIn(page)
    t.match(await page.textContent('h1'), 'The demonstration')
    t.match(await page.textContent('main'), 'alice@example.com')
    await checkAccess(t as unknown as Tap, page)
    await shoot(page, `consent-${mark}`)
    await page.click('button[value=approve]')
    const answer = await answerOf(page)
    t.ok(answer.get('code'))
    t.equal(answer.get('state'), 'first')
    t.equal(answer.get('iss'), scene.example.issuer)
  })

  await t.test(
    `${mark}: the consent is remembered, and asked for again with prompt=consent`,
    async (t) => {
      await page.goto(scene.authorize())
      t.ok((await answerOf(page)).get('code'))
      await page.goto(scene.authorize({ prompt: 'consent' }))
      await page.click('button[value=deny]')
      t.equal((await answerOf(page)).get('error'), 'access_denied', 'cancel')
    },
  )

  await t.test(`${mark}: prompt=none is silent, prompt=login and max_age=0 ask`, async (t) => {
    await page.goto(scene.authorize({ prompt: 'none' }))
    t.ok((await answerOf(page)).get('code'))
    for (const changes of [{ prompt: 'login' }, { max_age: '0' }]) {
      // A login is told from the one before by its time, in seconds.
      const second = Math.floor(Date.now() / 1000)
      while (Math.floor(Date.now() / 1000) === second) await page.waitForTimeout(50)
      await page.goto(scene.authorize(changes))
      await logIn(page)
      t.ok((await answerOf(page)).get('code'))
    }
  })

  await t.test(`${mark}: another account`, async (t) => {
    await page.goto(scene.authorize({ prompt: 'consent' }))
    await page.click('text=Use another account')
    await logIn(page, 'bob', 'builder')
    t.match(await page.textContent('main'), 'bob')
    await page.click('button[value=approve]')
    t.ok((await answerOf(page)).get('code'))
  })

  await t.test(`${mark}: form_post`, async (t) => {
    await page.goto(scene.authorize({ response_mode: 'form_post', state: '"><script>' }))
    if (!javaScriptEnabled) {
      await shoot(page, 'form-post')
      await page.click('button')
    }
    await page.waitForURL(`${scene.client}/**`)
    t.match(await page.textContent('body'), /^POST/)
    t.equal((await answerOf(page)).get('state'), '"><script>')
  })

  await t.test(`${mark}: connected apps are shown, and taken back`, async (t) => {
    await page.goto(`${scene.example.issuer}/connected-apps`)
    t.match(await page.textContent('section'), 'The demonstration')
    await checkAccess(t as unknown as Tap, page)
    await shoot(page, `connected-apps-${mark}`)
    await page.click('section button')
    t.match(await page.textContent('main'), 'You have allowed nothing')
    await shoot(page, `connected-apps-none-${mark}`)
  })

  await t.test(`${mark}: an error is shown, and leads nowhere`, async (t) => {
    await page.goto(scene.authorize({ client_id: 'nobody' }))
    t.match(await page.textContent('main'), 'invalid_client')
    await checkAccess(t as unknown as Tap, page)
    await shoot(page, `error-${mark}`)
  })

  await t.test(`${mark}: logout asks, and then logs out`, async (t) => {
    await page.goto(`${scene.example.issuer}/logout?client_id=demo`)
    t.match(await page.textContent('h1'), 'Sign out?')
    await checkAccess(t as unknown as Tap, page)
    await shoot(page, `logout-${mark}`)
    await page.click('button')
    t.match(await page.textContent('main'), 'You are signed out')
    await shoot(page, `logged-out-${mark}`)
    await page.goto(scene.authorize({ prompt: 'none' }))
    t.equal((await answerOf(page)).get('error'), 'login_required')
  })
  await context.close()
}

t.test('a person with Chromium', { skip }, async (t) => {
  const client = await startClient()
  t.teardown(() => client.close())
  const redirect_uri = `${client.origin}/cb`
  const example = await startExample({
    users: [
      { username: 'alice', password: 'wonderland', claims: { email: 'alice@example.com' } },
      { username: 'bob', password: 'builder' },
    ],
    server: {
      preset: 'oidc',
      scopes: { 'api:read': 'Read your things' },
      clients: [
        {
          client_id: 'demo',
          client_secret: 'demo-secret',
          client_name: 'The demonstration',
          redirect_uris: [redirect_uri],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
    },
  })
  t.teardown(() => example.close())
  const browser = await chromium.launch(chromiumOptions())
  t.teardown(() => browser.close())
  const scene: Scene = {
    example,
    client: client.origin,
    authorize: (changes = {}) =>
      `${example.issuer}/authorize?${new URLSearchParams({
        client_id: 'demo',
        response_type: 'code',
        redirect_uri,
        scope: 'openid email api:read',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...changes,
      })}`,
  }
  await walk(t as unknown as Tap, browser, scene, true)
  await walk(t as unknown as Tap, browser, scene, false)

  await t.test('another site can neither frame the consent nor send its form', async (t) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(scene.authorize({ prompt: 'consent' }))
    await logIn(page)
    const action = await page.getAttribute('form', 'action')
    const token = await page.getAttribute('input[name=token]', 'value')
    const target = new URL(action ?? '', example.issuer).href

    const attacker = await context.newPage()
    await attacker.route(`${client.origin}/attack`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${target}"></iframe><form method="post" action="${target}">
<input name="token" value="${token}"><input name="decision" value="approve"></form>`,
      }),
    )
    await attacker.goto(`${client.origin}/attack`)
    await attacker.waitForLoadState('networkidle')
    const frame = attacker.frames()[1]
    t.equal(await frame?.locator('button').count(), 0, 'B33: nothing to click in the frame')
    const [response] = await Promise.all([
      attacker.waitForResponse((one) => one.url() === target && one.request().method() === 'POST'),
      attacker.evaluate('document.forms[0].submit()'),
    ])
    t.equal(response.status(), 403, 'B30: from another site')
    await page.click('button[value=approve]')
    t.ok((await answerOf(page)).get('code'), 'the user still can')
    await context.close()
  })
})
