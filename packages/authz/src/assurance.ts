import type { Binding, Identity, StepUp } from '@latchkey/identity'
import { InvalidRequirement } from './errors.js'

/** How well, and how recently, the caller must have proved who they are. */
export interface AssuranceRequirement {
  /** Seconds since the caller last proved who they are; an unknown time is too old. */
  readonly maxAge?: number
  /** Authentication context classes, one of which it must be (OpenID Connect Core §2). */
  readonly acr?: readonly string[]
  /** Authentication methods, all of which must have been used (RFC 8176). */
  readonly amr?: readonly string[]
  /** Proof of possession: any, or this one. `false` asks for none. */
  readonly bound?: boolean | Binding
}

/** @returns `null` when the identity will do, else what a better login would have to be. */
export type AssuranceCheck = (identity: Identity, now: number) => StepUp | null

/**
 * Prepares an assurance requirement.
 *
 * @param where How messages call the place that asks, such as `the route GET /me`.
 * @returns `null` when nothing is asked for.
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_REQUIREMENT`.
 * @see RFC 9470 §3 for the challenge.
 */
export function compileAssurance(
  required: AssuranceRequirement,
  where: string,
): AssuranceCheck | null {
  const { maxAge, acr, amr, bound } = required
  requireShape(required, where)
  if (maxAge === undefined && acr === undefined && amr === undefined && !bound) return null
  const hints = {
    error: 'insufficient_user_authentication',
    ...(acr === undefined ? {} : { acrValues: acr.join(' ') }),
    ...(maxAge === undefined ? {} : { maxAge }),
  } as const
  const because = (reason: string): StepUp => Object.freeze({ ...hints, reason })
  const stale = because('stale-login')
  const weakAcr = because('weak-acr')
  const weakAmr = because('weak-amr')
  const unbound = because('not-bound')
  return (identity, now) => {
    if (acr !== undefined && !acr.includes(identity.acr as string)) return weakAcr
    if (amr !== undefined && !amr.every((method) => identity.amr.includes(method))) return weakAmr
    if (maxAge !== undefined && !isFresh(identity.authTime, now, maxAge)) return stale
    if (bound && !(bound === true ? identity.bound : identity.bound === bound)) return unbound
    return null
  }
}

/** @returns One part of a route's summary, such as `maxAge 300`; empty when nothing is asked for. */
export function summarizeAssurance(required: AssuranceRequirement): string[] {
  const parts: string[] = []
  if (required.maxAge !== undefined) parts.push(`maxAge ${required.maxAge}`)
  if (required.acr !== undefined) parts.push(`acr ${required.acr.join(' or ')}`)
  if (required.amr !== undefined) parts.push(`amr ${required.amr.join(' and ')}`)
  if (required.bound) parts.push(required.bound === true ? 'bound' : `bound ${required.bound}`)
  return parts
}

// Seconds by which the clocks of others may be ahead; a login beyond that has not happened.
const mostAhead = 60

function isFresh(authTime: number | undefined, now: number, maxAge: number): boolean {
  return authTime !== undefined && now - authTime <= maxAge && authTime - now <= mostAhead
}

function requireShape(required: AssuranceRequirement, where: string): void {
  const { maxAge, acr, amr, bound } = required
  const wrong = (what: string): Error => new InvalidRequirement(`Cannot read ${where}: ${what}`)
  if (maxAge !== undefined && !(Number.isFinite(maxAge) && maxAge >= 0)) {
    throw wrong('"maxAge" is not a number of seconds from 0')
  }
  if (acr !== undefined && !isList(acr)) throw wrong('"acr" is not a list of strings')
  if (amr !== undefined && !isList(amr)) throw wrong('"amr" is not a list of strings')
  if (bound !== undefined && ![true, false, 'dpop', 'mtls', 'device'].includes(bound)) {
    throw wrong('"bound" is not true, false, "dpop", "mtls" or "device"')
  }
}

/** Whether a value is a list of at least one non-empty string. */
export function isList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => typeof each === 'string' && each !== '')
  )
}
