const HERE = 'http://here.invalid'
const LONGEST = 1024

/**
 * Makes what came with a request safe to redirect to: a path of this origin as a browser would
 * understand it, of at most 1024 characters, or the fallback.
 */
export function safeReturnTo(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || !value.startsWith('/') || !URL.canParse(value, HERE)) {
    return fallback
  }
  const url = new URL(value, HERE)
  const path = url.pathname + url.search + url.hash
  if (url.origin !== HERE || path.startsWith('//') || path.length > LONGEST) return fallback
  return path
}
