import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { requireService, startPostgres, startRedis } from '@latchkey/services'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launch, logIn, noteOf, skip, visit } from './browser.js'
import { freePort } from './serve.js'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const agent = new Agent({ keepAlive: false })

/** Starts the built platform in processes of its own. */
async function run(t: Test, ...args: readonly string[]) {
  const port = await freePort()
  const child = spawn(process.execPath, [main, '--port', String(port), ...args], {
    env: { ...process.env, SECRET: 'a secret that only this test knows, 9f2k' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  let printed = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    printed += chunk
    if (printed.includes('/_latchkey')) break
  }
  const [first = ''] = printed.split('\n')
  const password = /ada, password (\S+)/.exec(first)?.[1] ?? ''
  const key = /API key +(\S+)/.exec(printed)?.[1] ?? ''
  return { origin: `http://127.0.0.1:${port}`, first, password, key }
}

/** Asks over a connection of its own. @returns The status, and the process that answered. */
function ask(url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; process: string }>((resolve, reject) => {
    request(url, { agent, headers }, (answer) => {
      answer.resume()
      const { statusCode: status = 0 } = answer
      resolve({ status, process: String(answer.headers['x-process']) })
    })
      .on('error', reject)
      .end()
  })
}

/** Asks until so many processes have given this answer, one after the other. */
async function answeredBy(
  count: number,
  url: string,
  status: number,
  headers: Record<string, string> = {},
) {
  const processes = new Set<string>()
  for (let tries = 0; tries < 2400 && processes.size < count; tries++) {
    const answer = await ask(url, headers)
    if (answer.status === status && !processes.has(answer.process)) processes.add(answer.process)
    else await setTimeout(25)
  }
  return processes.size
}

const processOf = (page: Page) => page.textContent('#process')

/** A browser that another process answers than this one. */
async function visitElsewhere(t: Test, browser: Browser, origin: string, here: string | null) {
  for (let tries = 0; tries < 30; tries++) {
    const page = await visit(t, browser, origin, { userAgent: PHONE })
    await page.goto('/login')
    if ((await processOf(page)) !== here) return page
  }
  throw new Error('one process answers everything')
}

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

t.test('revoked in one process, refused in another', { skip, timeout: 240_000 }, async (t) => {
  const browser = await launch(t)
  const { origin, password, first, key } = await run(t, '--processes', '3')
  t.match(first, `Open ${origin} and log in as ada`, 'the first line says where and who')
  t.equal(await answeredBy(3, `${origin}/health`, 200), 3, 'three processes, one port')

  await t.test('a session, seen in the browser', async (t) => {
    const desk = await visit(t, browser, origin)
    await logIn(desk, 'ada', password)
    await desk.goto('/devices')
    const here = await processOf(desk)
    const phone = await visitElsewhere(t, browser, origin, here)
    await logIn(phone, 'ada', password)
    await phone.goto('/orders')
    t.match(await phone.textContent('main'), 'A brass key')
    const [cookie] = await phone.context().cookies()
    const headers = { cookie: `${cookie?.name}=${cookie?.value}`, accept: 'text/html' }
    t.equal(await answeredBy(3, `${origin}/orders`, 200, headers), 3, 'every process lets it in')

    await desk.goto('/devices')
    await desk.click('.devices >> text=Log out')
    t.match(await noteOf(desk), 'logged out, in every process')
    t.equal(await answeredBy(3, `${origin}/orders`, 303, headers), 3, 'every process refuses it')
    await phone.goto('/orders')
    t.match(phone.url(), '/login?returnTo=%2Forders')
    t.not(await processOf(phone), here, 'the one that refuses is not the one that was told')
  })

  await t.test('an API key, by the one who administers', async (t) => {
    const headers = { 'x-api-key': key }
    t.equal(await answeredBy(3, `${origin}/api/orders`, 200, headers), 3)
    const page = await visit(t, browser, origin)
    await logIn(page, 'ada', password)
    await page.goto('/keys')
    await page.fill('#name', 'Short-lived')
    await page.click('text=Make the key')
    const own = { 'x-api-key': (await page.textContent('#key')) ?? '' }
    t.equal(await answeredBy(3, `${origin}/api/orders`, 200, own), 3)
    await page.goto('/keys')
    await page.click('summary')
    await page.click('button >> text=Revoke')
    t.match(await noteOf(page), 'revoked, in every process')
    t.equal(await answeredBy(3, `${origin}/api/orders`, 401, own), 3)
    t.equal(await answeredBy(3, `${origin}/api/orders`, 200, headers), 3, 'other keys go on')
  })
})

for (const [what, needs, open] of [
  ['--redis', 'redis-server', startRedis],
  ['--postgres', 'postgres', startPostgres],
] as const) {
  t.test(
    `${what} keeps what a restart would forget`,
    { skip: requireService(needs) },
    async (t) => {
      const service = await open()
      t.teardown(() => service.stop())
      const before = await run(t, what, service.url, '--processes', '2')
      t.equal(await answeredBy(2, `${before.origin}/health`, 200), 2)
      const headers = { 'x-api-key': before.key }
      t.equal(await answeredBy(2, `${before.origin}/api/orders`, 200, headers), 2)
      const after = await run(t, what, service.url)
      t.equal(after.password, before.password)
      t.equal((await ask(`${after.origin}/api/orders`, headers)).status, 200)
    },
  )
}

t.test('--data keeps it in a folder', { timeout: 240_000 }, async (t) => {
  const folder = t.testdir({})
  const before = await run(t, '--data', folder, '--processes', '2')
  const headers = { 'x-api-key': before.key }
  t.equal(await answeredBy(2, `${before.origin}/api/orders`, 200, headers), 2)
})
