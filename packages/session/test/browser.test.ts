import type { AddressInfo } from 'node:net'
import formbody from '@fastify/formbody'
import websocket from '@fastify/websocket'
import { chromiumOptions, requireChromium, selfSigned } from '@latchkey/services'
import { memoryStore } from '@latchkey/store'
import fastify, { type FastifyInstance } from 'fastify'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import t, { type Test } from 'tap'
import { type SessionOptions, session } from '../src/index.js'

const page = (body: string): string => `<!doctype html><title>test</title>${body}`

/** A site whose pages log in and act; `acts` counts what got through. */
async function serveSite(t: Test, tls: object | null, options: Partial<SessionOptions> = {}) {
  const app = fastify({ https: tls } as object) as unknown as FastifyInstance
  t.teardown(() => app.close())
  const seen = { acts: 0, logins: 0 }
  await app.register(formbody)
  await app.register(websocket)
  await app.register(session, { store: memoryStore(), ...options })
  const guard = { onRequest: app.authenticate('session') }
  app.get('/', async (_request, reply) =>
    reply.type('text/html').send(
      page(`<form method="post" action="/login"><button id="login">in</button></form>
        <form method="post" action="/act"><input name="a" value="1"><button id="act">act</button></form>
        <form method="post" action="/logout"><button id="logout">out</button></form>`),
    ),
  )
  app.post('/login', async (request, reply) => {
    await request.login('u1')
    seen.logins++
    return reply.redirect('/', 303)
  })
  app.post('/logout', guard, async (request, reply) => {
    await request.logout()
    return reply.redirect('/', 303)
  })
  app.post('/act', guard, async (_request, reply) => {
    seen.acts++
    return reply.redirect('/', 303)
  })
  app.get('/me', guard, async (request) => ({ subject: request.identity?.subject }))
  app.get('/ws', { ...guard, websocket: true }, (socket) => {
    socket.send('welcome')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { port, seen }
}

/** Another site, with a page that attacks the first. */
async function serveAttacker(t: Test, tls: object, target: string) {
  const app = fastify({ https: tls } as object) as unknown as FastifyInstance
  t.teardown(() => app.close())
  app.get('/', async (_request, reply) =>
    reply.type('text/html').send(
      page(`<form method="post" action="${target}/act"><button id="act">prize</button></form>
        <form method="post" action="${target}/login"><button id="login">prize</button></form>
        <form method="post" action="${target}/logout"><button id="logout">prize</button></form>`),
    ),
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

async function openContext(t: Test, browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  context.setDefaultTimeout(60_000)
  t.teardown(() => context.close())
  return context
}

/** Presses a button, and answers with the status of the page that follows. */
async function press(context: BrowserContext, url: string, button: string): Promise<number> {
  const tab = await context.newPage()
  await tab.goto(url)
  // The answer to the form itself, before any redirect.
  const answer = tab.waitForResponse((response) => response.request().method() === 'POST')
  await tab.click(`#${button}`)
  const status = (await answer).status()
  await tab.waitForLoadState()
  await tab.close()
  return status
}

function fetchFrom(context: BrowserContext, from: string, url: string): Promise<number | string> {
  return inPage(
    context,
    from,
    `fetch(${JSON.stringify(url)}, { method: 'POST', credentials: 'include', mode: 'no-cors',
      headers: { 'content-type': 'text/plain' }, body: '{}' })
      .then((response) => response.type, (error) => String(error))`,
  )
}

function socketFrom(context: BrowserContext, from: string, url: string): Promise<string> {
  return inPage(
    context,
    from,
    `new Promise((resolve) => {
      const socket = new WebSocket(${JSON.stringify(url)})
      socket.onmessage = (event) => resolve(event.data)
      socket.onerror = () => resolve('refused')
    })`,
  )
}

async function inPage(context: BrowserContext, from: string, script: string): Promise<string> {
  const tab = await context.newPage()
  await tab.goto(from)
  const result = (await tab.evaluate(script)) as string
  await tab.close()
  return result
}

t.test('in Chromium', { skip: requireChromium(), timeout: 240_000 }, async (t) => {
  const tls = selfSigned('app.test', '*.test')
  const browser = await chromium.launch(
    chromiumOptions('--host-resolver-rules=MAP *.test 127.0.0.1'),
  )
  t.teardown(() => browser.close())

  await t.test(
    'over HTTPS the cookie is hidden, bound to its host, and ends with it',
    async (t) => {
      const { port } = await serveSite(t, tls)
      const url = `https://app.test:${port}`
      const context = await openContext(t, browser)
      await press(context, url, 'login')
      const [cookie, ...others] = await context.cookies()
      t.equal(others.length, 0)
      t.match(cookie, {
        name: '__Host-session',
        domain: 'app.test',
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'Lax',
        expires: -1,
      })
      t.equal(await inPage(context, url, 'document.cookie'), '')
      t.equal(await press(context, url, 'act'), 303)
      t.equal(await press(context, url, 'logout'), 303)
      t.strictSame(await context.cookies(), [], 'a logout clears it')
    },
  )

  await t.test('a persistent cookie ends with the session', async (t) => {
    const { port } = await serveSite(t, tls, {
      cookie: { persistent: true, sameSite: 'strict' },
      absoluteTimeout: 7200,
    })
    const context = await openContext(t, browser)
    const before = Math.floor(Date.now() / 1000)
    await press(context, `https://app.test:${port}`, 'login')
    const [cookie] = await context.cookies()
    t.equal(cookie?.sameSite, 'Strict')
    const lasts = (cookie?.expires ?? 0) - before
    t.ok(lasts >= 7199 && lasts < 7320, `${lasts} seconds`)
  })

  await t.test('on loopback HTTP it works without a certificate', async (t) => {
    const { port, seen } = await serveSite(t, null)
    for (const url of [`http://localhost:${port}`, `http://127.0.0.1:${port}`]) {
      const context = await openContext(t, browser)
      await press(context, url, 'login')
      t.match(await context.cookies(), [{ name: 'session', secure: false, httpOnly: true }])
      t.equal(await press(context, url, 'act'), 303)
      t.equal(await press(context, url, 'logout'), 303)
      t.strictSame(await context.cookies(), [])
    }
    t.equal(seen.acts, 2)
  })

  await t.test('on any other plain HTTP the browser drops it', async (t) => {
    const { port } = await serveSite(t, null)
    const context = await openContext(t, browser)
    await press(context, `http://app.test:${port}`, 'login')
    t.strictSame(await context.cookies(), [])
  })

  for (const sameSite of ['lax', 'none'] as const) {
    await t.test(`with SameSite=${sameSite} no other site acts for the user`, async (t) => {
      const { port, seen } = await serveSite(t, tls, { cookie: { sameSite } })
      const own = `https://app.test:${port}`
      const attacker = await serveAttacker(t, tls, own)
      const evil = `https://evil.test:${attacker}`
      const neighbour = `https://sub.app.test:${attacker}`
      const context = await openContext(t, browser)
      t.equal(await press(context, own, 'login'), 303)

      // Lax keeps the cookie back, and the request is nobody's; else it comes, and is refused.
      const crossSite = sameSite === 'lax' ? 401 : 403
      t.equal(await press(context, evil, 'act'), crossSite)
      t.equal(await press(context, neighbour, 'act'), 403, 'a neighbour is of the same site')
      t.equal(await fetchFrom(context, evil, `${own}/act`), 'opaque')
      t.equal(await fetchFrom(context, neighbour, `${own}/act`), 'opaque')
      t.equal(await press(context, evil, 'logout'), crossSite)
      t.equal(await press(context, evil, 'login'), 403, 'nor logs them in as somebody else')
      t.strictSame(seen, { acts: 0, logins: 1 })
      const socket = `wss://app.test:${port}/ws`
      t.equal(await socketFrom(context, evil, socket), 'refused')
      t.equal(await socketFrom(context, neighbour, socket), 'refused')

      t.equal(await socketFrom(context, own, socket), 'welcome')
      t.equal(await press(context, own, 'act'), 303)
      t.equal(await fetchFrom(context, own, `${own}/act`), 'basic')
      t.strictSame(seen, { acts: 2, logins: 1 })
    })
  }
})
