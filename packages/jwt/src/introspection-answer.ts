import { findClaimRefusal, type JsonObject } from '@latchkey/tokens'
import type { IntrospectionSettings } from './introspection-options.js'
import { findAnswerRefusal, findLoginRefusal } from './profile.js'
import { isWellTyped, toIdentity } from './token-identity.js'
import { boundBy, marksOf, readConfirmation, type Verdict } from './verification.js'

/** An answer without `sub` is about the client itself (RFC 7662 §2.2 leaves all but `active` out). */
function complete(
  answer: JsonObject,
  { issuer, cacheTtl }: IntrospectionSettings,
  now: number,
): JsonObject {
  const { sub = answer.client_id, iss = issuer, exp = Math.ceil(now + cacheTtl) } = answer
  return { ...answer, sub, iss, exp }
}

/**
 * Judges the answer of an introspection endpoint as strictly as the claims of a JWT.
 *
 * @param now Seconds.
 */
export function judgeAnswer(
  answer: JsonObject,
  token: string,
  settings: IntrospectionSettings,
  now: number,
): Verdict {
  const { issuer, audience, clockTolerance: leeway, name, mapClaims, cacheTtl } = settings
  if (answer.active !== true) return 'inactive'
  const completed = complete(answer, settings, now)
  const refusal =
    findAnswerRefusal(completed) ?? findClaimRefusal(completed, { issuer, audience, leeway }, now)
  if (refusal !== null) return refusal
  const { active, token_type, username, ...claims } = completed
  if (!isWellTyped(claims)) return 'mistyped-claim'
  const early = findLoginRefusal(claims, leeway, now)
  if (early !== null) return early
  const confirmation = readConfirmation(claims.cnf)
  if (confirmation === null) return 'confirmation'
  const identity = toIdentity(claims, token, name, mapClaims, boundBy(confirmation))
  if (identity === null) return 'rejected'
  const until = Math.min((claims.exp as number) + leeway, now + cacheTtl)
  return { identity, until, marks: marksOf(claims, undefined), confirmation }
}
