import type { JsonObject } from './json.js'

/** What the registered claims of a token (RFC 7519 §4.1) must say. */
export interface ClaimRules {
  /** `iss`, compared character by character. */
  readonly issuer: string
  /** `aud` must name at least one of these; `null` leaves it unchecked, for tokens without. */
  readonly audience: readonly string[] | null
  /** By how many seconds clocks may differ. */
  readonly leeway: number
}

/** Which rule a token breaks. */
export type ClaimRefusal =
  | 'mistyped-claim'
  | 'issuer'
  | 'audience'
  | 'no-expiry'
  | 'expired'
  | 'not-yet-valid'
  | 'issued-in-future'

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function namesOneOf(audience: unknown, allowed: readonly string[]): boolean {
  if (typeof audience === 'string') return allowed.includes(audience)
  if (!Array.isArray(audience)) return false
  if (!audience.every((one) => typeof one === 'string')) return false
  return audience.some((one) => allowed.includes(one))
}

function findTimeRefusal(claims: JsonObject, leeway: number, now: number): ClaimRefusal | null {
  const { exp, nbf, iat } = claims
  if (exp === undefined) return 'no-expiry'
  if (!isInstant(exp)) return 'mistyped-claim'
  if (nbf !== undefined && !isInstant(nbf)) return 'mistyped-claim'
  if (iat !== undefined && !isInstant(iat)) return 'mistyped-claim'
  if (now >= exp + leeway) return 'expired'
  if (nbf !== undefined && now + leeway < nbf) return 'not-yet-valid'
  return iat !== undefined && now + leeway < iat ? 'issued-in-future' : null
}

/**
 * Checks `iss`, `aud`, `exp`, `nbf` and `iat`; `iss` and `exp` are required, `aud` where an
 * audience is asked for. A claim of another type than its own is refused, never converted.
 *
 * @param now Seconds.
 * @returns The first rule that is broken, or `null`.
 */
export function findClaimRefusal(
  claims: JsonObject,
  rules: ClaimRules,
  now: number,
): ClaimRefusal | null {
  if (claims.iss !== rules.issuer) return 'issuer'
  if (rules.audience !== null && !namesOneOf(claims.aud, rules.audience)) return 'audience'
  return findTimeRefusal(claims, rules.leeway, now)
}
