/** One challenge of a `WWW-Authenticate` field (RFC 9110 §11.6.1). */
export interface Challenge {
  /** The authentication scheme, such as `Bearer`. */
  readonly scheme: string
  /** Its parameters; `undefined` leaves one out. */
  readonly params: Readonly<Record<string, string | number | undefined>>
  /** What stands in place of parameters in schemes such as `Negotiate` (RFC 4559). */
  readonly token68?: string
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/
const UNQUOTABLE = /[^\t\x20-\x7e]/g

/**
 * Writes a challenge as a header value: every parameter a quoted-string, nothing that could end
 * the line.
 *
 * @throws {TypeError} When the scheme or a parameter's name is not a token (RFC 9110 §5.6.2), a
 *   name stands there twice (§11.2), or `token68` is not one or has parameters beside it.
 */
export function serializeChallenge(challenge: Challenge): string {
  const { scheme, token68 } = challenge
  requireToken(scheme)
  const params: string[] = []
  const names = new Set<string>()
  for (const [name, value] of Object.entries(challenge.params)) {
    if (value === undefined) continue
    requireToken(name)
    params.push(`${name}="${quote(String(value))}"`)
    names.add(name.toLowerCase())
  }
  if (names.size < params.length) fail('a parameter is named twice')
  if (token68 === undefined) return params.length === 0 ? scheme : `${scheme} ${params.join(', ')}`
  if (params.length > 0 || !TOKEN68.test(token68)) fail('"token68" is not one, or not alone')
  return `${scheme} ${token68}`
}

/**
 * Writes several challenges, one header line each, leaving out any that another line of the same
 * scheme says already: a bare `Bearer realm="api"` beside `Bearer realm="api", error="…"`.
 *
 * @throws {TypeError} As {@link serializeChallenge}.
 */
export function serializeChallenges(challenges: readonly Challenge[]): string[] {
  return challenges
    .filter((challenge, index) => !isSaidElsewhere(challenge, index, challenges))
    .map(serializeChallenge)
}

function isSaidElsewhere(challenge: Challenge, index: number, all: readonly Challenge[]): boolean {
  return all.some(
    (other, at) =>
      at !== index &&
      other.scheme.toLowerCase() === challenge.scheme.toLowerCase() &&
      other.token68 === challenge.token68 &&
      includesParams(other, challenge) &&
      (at < index || !includesParams(challenge, other)),
  )
}

function includesParams(outer: Challenge, inner: Challenge): boolean {
  return Object.entries(inner.params).every(([name, value]) => outer.params[name] === value)
}

function requireToken(text: string): void {
  if (!TOKEN.test(text)) fail(`"${text}" is not a token`)
}

function fail(why: string): never {
  throw new TypeError(`Cannot write a challenge: ${why}`)
}

function quote(text: string): string {
  return text.replace(UNQUOTABLE, ' ').replace(/["\\]/g, '\\$&')
}
