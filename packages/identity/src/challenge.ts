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
const UNQUOTABLE = /[^\t\x20-\x7e]/g

/**
 * Writes a challenge as a header value: every parameter a quoted-string, nothing that could end
 * the line.
 *
 * @throws {TypeError} When the scheme or a parameter's name is not a token (RFC 9110 §5.6.2).
 */
export function serializeChallenge(challenge: Challenge): string {
  requireToken(challenge.scheme)
  const params: string[] = []
  for (const [name, value] of Object.entries(challenge.params)) {
    if (value === undefined) continue
    requireToken(name)
    params.push(`${name}="${quote(String(value))}"`)
  }
  return params.length === 0 ? challenge.scheme : `${challenge.scheme} ${params.join(', ')}`
}

/**
 * Writes several challenges, one header line each, leaving out any that another line of the same
 * scheme says already: a bare `Bearer realm="api"` beside `Bearer realm="api", error="…"`.
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
      includesParams(other, challenge) &&
      (at < index || !includesParams(challenge, other)),
  )
}

function includesParams(outer: Challenge, inner: Challenge): boolean {
  return Object.entries(inner.params).every(([name, value]) => outer.params[name] === value)
}

function requireToken(text: string): void {
  if (!TOKEN.test(text)) throw new TypeError(`Cannot write a challenge: "${text}" is not a token`)
}

function quote(text: string): string {
  return text.replace(UNQUOTABLE, ' ').replace(/["\\]/g, '\\$&')
}
