import { createRequire } from 'node:module'
import { chromiumOptions, requireChromium } from '@latchkey/services'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const shots = process.env.LATCHKEY_SCREENSHOTS

/** Why tests in a browser are skipped, or `false`. */
export const skip: string | false = requireChromium()

/** Starts Chromium; it ends with the test. */
export async function launch(t: Test): Promise<Browser> {
  const browser = await chromium.launch(chromiumOptions())
  t.teardown(() => browser.close())
  return browser
}

/** A browser of its own on the site, without JavaScript unless that is asked for. */
export async function visit(
  t: Test,
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL, ...options })
  context.setDefaultTimeout(60_000)
  t.teardown(() => context.close())
  return context.newPage()
}

/** Logs in on the page for it. */
export async function logIn(page: Page, username: string, password: string): Promise<void> {
  await page.goto('/login')
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('main button >> text=Log in')
}

/** The text of the note or error that a page shows. */
export async function noteOf(page: Page): Promise<string> {
  return (await page.locator('[role=status], [role=alert]').allTextContents()).join(' ')
}

/**
 * Checks a page: nothing that axe finds, nothing wider than the window. Needs a context with
 * JavaScript and `bypassCSP`. Takes a picture where `LATCHKEY_SCREENSHOTS` names a folder.
 */
export async function inspect(t: Test, page: Page, name: string): Promise<void> {
  await page.addScriptTag({ path: axeSource })
  const found = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map((each) => [each.impact, each.id, ...each.nodes.map((node) => node.target)].join(' ')))`,
  )
  t.strictSame(found, [], `${name} has no fault that axe finds`)
  const scrolls = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  t.equal(scrolls, false, `${name} fits`)
  if (shots !== undefined) {
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }
}
