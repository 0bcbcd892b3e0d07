import type { Identity } from '@latchkey/identity'
import {
  type FoundKey,
  findClaimRefusal,
  isSignedBy,
  type JsonObject,
  type Jws,
  parseJws,
  parseJwsClaims,
  type VerificationKey,
} from '@latchkey/tokens'
import { findLoginRefusal, findProfileRefusal, findTypeRefusal } from './profile.js'
import type { RefusalReason } from './refusals.js'
import type { TokenMarks } from './revocations.js'
import { isWellTyped, type MapClaims, toIdentity } from './token-identity.js'
import type { TrustedIssuer } from './trusted-issuer.js'

/** What a bound token is bound to (RFC 7800). */
export interface Confirmation {
  readonly jkt: string | undefined
  readonly x5t: string | undefined
}

/** A token whose signature and claims were found good. */
export interface VerifiedToken {
  readonly identity: Identity
  /** Instant in seconds from which it is not accepted any more. */
  readonly until: number
  readonly marks: TokenMarks
  readonly confirmation: Confirmation
}

/** What came of a token: verified, refused for a reason, or its keys could not be had. */
export type Verdict = VerifiedToken | RefusalReason | 'unavailable'

/** Verifies tokens of one registration's issuers. */
export type VerifyToken = (token: string, now: number) => Verdict | Promise<Verdict>

/** What {@link createVerification} takes. */
export interface VerificationOptions {
  readonly issuers: readonly TrustedIssuer[]
  readonly mechanism: string
  /** Characters of a token. */
  readonly maxLength: number
  /** Seconds that a token may live from now, or `null` for any time. */
  readonly maxLifetime: number | null
  /** Seconds. */
  readonly clock: () => number
}

const unbound: Confirmation = { jkt: undefined, x5t: undefined }

/** Reads `cnf`. @returns `null` when it is anything that cannot be checked here. */
export function readConfirmation(cnf: unknown): Confirmation | null {
  if (cnf === undefined) return unbound
  if (typeof cnf !== 'object' || cnf === null) return null
  const { jkt, 'x5t#S256': x5t, ...others } = cnf as JsonObject
  if (Object.keys(others).length > 0) return null
  if (jkt === undefined && x5t === undefined) return null
  if (jkt !== undefined && typeof jkt !== 'string') return null
  if (x5t !== undefined && typeof x5t !== 'string') return null
  return { jkt, x5t }
}

/** How the identity of a bound token was proved. */
export function boundBy({ jkt, x5t }: Confirmation): 'dpop' | 'mtls' | undefined {
  if (jkt !== undefined) return 'dpop'
  return x5t === undefined ? undefined : 'mtls'
}

/** Prepares the verification of tokens; every check in its order. */
export function createVerification(options: VerificationOptions): VerifyToken {
  const { mechanism, maxLength, maxLifetime, clock } = options
  const issuers = new Map(options.issuers.map((one) => [one.rules.issuer, one]))
  const [only] = options.issuers.length === 1 ? options.issuers : []

  function findIssuer(jws: Jws): TrustedIssuer | undefined {
    // Of several, the one that the token names; what else it says is believed only later.
    return only ?? issuers.get(parseJwsClaims(jws)?.iss as string)
  }

  function checkSigned(
    token: string,
    jws: Jws,
    issuer: TrustedIssuer,
    key: VerificationKey,
    now: number,
  ): Verdict {
    if (!isSignedBy(jws, key)) return 'signature'
    const claims = parseJwsClaims(jws)
    if (claims === null) return 'malformed-claims'
    const refusal =
      findClaimRefusal(claims, issuer.rules, now) ?? findProfileRefusal(issuer.profile, claims)
    if (refusal !== null) return refusal
    if (!isWellTyped(claims)) return 'mistyped-claim'
    const early = findLoginRefusal(claims, issuer.rules.leeway, now)
    if (early !== null) return early
    const confirmation = readConfirmation(claims.cnf)
    if (confirmation === null) return 'confirmation'
    const until = (claims.exp as number) + issuer.rules.leeway
    if (maxLifetime !== null && until > now + maxLifetime + 2 * issuer.rules.leeway)
      return 'lifetime'
    const marks = marksOf(claims, key.kid ?? jws.header.kid)
    return finish(
      token,
      claims,
      issuer.mapClaims,
      confirmation,
      Math.min(until, key.notAfter),
      marks,
    )
  }

  function finish(
    token: string,
    claims: JsonObject,
    mapClaims: MapClaims | null,
    confirmation: Confirmation,
    until: number,
    marks: TokenMarks,
  ): Verdict {
    const identity = toIdentity(claims, token, mechanism, mapClaims, boundBy(confirmation))
    return identity === null ? 'rejected' : { identity, until, marks, confirmation }
  }

  return (token, now) => {
    const jws = parseJws(token, maxLength)
    if (typeof jws === 'string') return jws
    const issuer = findIssuer(jws)
    if (issuer === undefined) return 'unknown-issuer'
    const { alg, kid } = jws.header
    if (!issuer.algorithms.has(alg)) return 'algorithm'
    const wrongType = findTypeRefusal(issuer.profile, jws.header)
    if (wrongType !== null) return wrongType
    const judge = (key: FoundKey, at: number): Verdict => {
      if (key === 'unavailable') return 'unavailable'
      return key === null ? 'unknown-key' : checkSigned(token, jws, issuer, key, at)
    }
    const found = issuer.keys.find(alg, kid, now)
    return found instanceof Promise ? found.then((key) => judge(key, clock())) : judge(found, now)
  }
}

/** The claims that a token can be revoked by. */
export function marksOf(claims: JsonObject, kid: string | undefined): TokenMarks {
  return {
    issuer: claims.iss as string,
    subject: claims.sub as string,
    jti: claims.jti as string | undefined,
    sid: claims.sid as string | undefined,
    clientId: claims.client_id as string | undefined,
    iat: claims.iat as number | undefined,
    kid,
  }
}
