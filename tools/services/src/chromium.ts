import { findService, requireService } from './require-service.js'

/** Another Chromium than the one that is installed, for who wants to test with it. */
const given = process.env.LATCHKEY_CHROMIUM

/**
 * Says whether tests that need a browser can run: give the answer as tap's `skip` option.
 *
 * @throws {Error} As `requireService` does.
 */
export function requireChromium(): string | false {
  return given === undefined ? requireService('chromium') : false
}

/**
 * Gives what `chromium.launch` of playwright-core needs for a browser that calls nobody by itself.
 *
 * @param args Further arguments, such as rules for host names.
 */
export function chromiumOptions(...args: readonly string[]): {
  readonly executablePath: string
  readonly args: string[]
} {
  return {
    executablePath: given ?? (findService('chromium') as string),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  }
}
