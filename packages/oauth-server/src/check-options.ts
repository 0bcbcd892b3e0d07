import { OptionsError } from './errors.js'
import type { LimitOptions, OAuthServerOptions } from './options.js'
import { presets, type Rules } from './rules.js'

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])
const scopeShape = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function checkIssuer(issuer: unknown): void {
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) {
    throw new OptionsError('"issuer" is not a URL, such as "https://auth.example.com"')
  }
  const { protocol, hostname, username, href, pathname } = new URL(issuer)
  if (/[?#]/.test(issuer) || username !== '') {
    throw new OptionsError('"issuer" has a query, a fragment or a user in it')
  }
  if (href !== issuer && href !== `${issuer}/`) {
    throw new OptionsError(`"issuer" is not in its normal form; write "${href.replace(/\/$/, '')}"`)
  }
  if (pathname !== '/' && pathname.endsWith('/')) {
    throw new OptionsError('"issuer" has a path that ends with a slash; leave the slash out')
  }
  if (protocol === 'https:') return
  if (protocol !== 'http:' || !loopbackHosts.has(hostname)) {
    throw new OptionsError('"issuer" must use https:, except on a loopback host')
  }
}

function checkProduction(options: OAuthServerOptions): void {
  if (process.env.NODE_ENV !== 'production') return
  const missing = (['store', 'secrets', 'login'] as const).find(
    (name) => options[name] === undefined,
  )
  if (missing === undefined) return
  throw new OptionsError(
    `"${missing}" is missing, and what stands in for it in development is not for production`,
  )
}

function checkRules(rules: Rules): void {
  for (const [name, value] of Object.entries(rules)) {
    if (!Object.hasOwn(presets.oauth21, name))
      throw new OptionsError(`the rule "${name}" is unknown`)
    if (typeof value !== typeof presets.oauth21[name as keyof Rules]) {
      throw new OptionsError(`the rule "${name}" has a value of another kind`)
    }
    const isSeconds = typeof value !== 'number' || (Number.isFinite(value) && value >= 0)
    if (!isSeconds) throw new OptionsError(`the rule "${name}" is not a number of seconds`)
  }
  if (rules.refreshTokenGrace > 60) {
    throw new OptionsError('the rule "refreshTokenGrace" is above 60 seconds')
  }
}

function checkLimits(limits: LimitOptions): void {
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value !== 'number' || !(value > 0)) {
      throw new OptionsError(`the limit "${name}" is not a number above 0`)
    }
  }
}

/** @throws {FastifyError} `LATCHKEY_OAUTH_SERVER_OPTIONS`, saying what to write. */
export function checkOptions(options: OAuthServerOptions, rules: Rules): void {
  checkIssuer(options.issuer)
  checkProduction(options)
  const { preset, login = '/login', scopes = {} } = options
  if (preset !== undefined && !Object.hasOwn(presets, preset)) {
    throw new OptionsError(`the preset "${preset}" is unknown`)
  }
  checkRules(rules)
  checkLimits(options.limits ?? {})
  if (!/^\/(?![/\\])/.test(login)) throw new OptionsError('"login" is not a path of this origin')
  const strange = Object.keys(scopes).find((scope) => !scopeShape.test(scope))
  if (strange !== undefined) throw new OptionsError(`"${strange}" cannot be the name of a scope`)
}
