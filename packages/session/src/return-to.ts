const HERE = 'http://here.invalid'

/**
 * Makes a `returnTo` parameter safe to redirect to: a path of this origin, as a browser would
 * understand it, or the fallback. Other origins (`//evil`, `/\evil`), schemes (`javascript:`) and
 * what resolves to them (`/.//evil`) fall back.
 *
 * @param value What came with the request; anything but a string falls back.
 * @param fallback A path of this origin. Default `/`.
 */
export function safeReturnTo(value: unknown, fallback = '/'): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback
  if (!URL.canParse(value, HERE)) return fallback
  const url = new URL(value, HERE)
  if (url.origin !== HERE) return fallback
  const path = url.pathname + url.search + url.hash
  return path.startsWith('//') ? fallback : path
}
