const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])
const httpLoopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d{1,5})?(?=[/?]|$)/
const privateUse = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:/

/** Whether a redirect stays on the user's machine: a loopback address, or an app's own scheme. */
export function isLocalRedirect(uri: string): boolean {
  const { protocol, hostname } = new URL(uri)
  return protocol !== 'https:' || loopbackHosts.has(hostname)
}

/**
 * Says why a redirect URI cannot be registered (RFC 6749 §3.1.2, RFC 8252 §7, §8.4): it must be
 * `https:`, `http:` on a loopback host, or a private-use scheme that is a reversed domain name.
 *
 * @returns The reason in words that follow "it", or `null`.
 */
export function findRedirectUriProblem(uri: string): string | null {
  if (!URL.canParse(uri) || /[\s\\*]/.test(uri) || uri.length > 2000) return 'is not a plain URI'
  if (uri.includes('#')) return 'has a fragment'
  const { protocol, username, password, hostname } = new URL(uri)
  if (username !== '' || password !== '') return 'holds credentials'
  if (protocol === 'https:') return null
  if (protocol === 'http:') return loopbackHosts.has(hostname) ? null : 'must use https:'
  return privateUse.test(uri) ? null : 'has a scheme that is not allowed'
}

function withoutLoopbackPort(uri: string): string | null {
  return httpLoopback.test(uri) ? uri.replace(httpLoopback, 'http://$1') : null
}

/**
 * Compares with what is registered, character by character (RFC 9700 §2.1); only the port of an
 * `http:` loopback URI may differ (RFC 8252 §7.3).
 */
export function isRegisteredRedirect(uri: string, registered: readonly string[]): boolean {
  if (registered.includes(uri)) return true
  const bare = withoutLoopbackPort(uri)
  if (bare === null || findRedirectUriProblem(uri) !== null) return false
  return registered.some((one) => withoutLoopbackPort(one) === bare)
}
