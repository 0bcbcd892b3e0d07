import type { FastifyReply, FastifyRequest } from 'fastify'
import * as errors from './errors.js'
import { about, channels, publishEvent } from './events.js'
import type { Identity } from './identity.js'
import type { Mechanism, Refusal, Unavailable } from './mechanism.js'
import { offerChallenges, setHeaders, setRetryAfter } from './offer.js'
import type { OriginFault } from './origin.js'

/** What one mechanism made of a request; for the log, without the credential. */
export interface Attempt {
  readonly mechanism: string
  /** `nothing`: it found nothing, or was not asked because another mechanism's turn came first. */
  readonly outcome: 'nothing' | 'refused' | 'unavailable' | 'failed'
  readonly reason?: string
}

/** An error of this package, with what was tried. */
export interface AuthError extends Error {
  readonly code: string
  readonly statusCode: number
  readonly attempts: readonly Attempt[]
}

/** A mechanism that refused, or `null` when nothing was presented. */
type Culprit = { readonly mechanism: Mechanism; readonly refusal: Refusal } | null

/** Answers 401, 400 or 429: prepares the reply, tells subscribers, and returns what to throw. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  mechanisms: readonly Mechanism[],
  culprit: Culprit,
): AuthError {
  const { mechanism, refusal } = culprit ?? {}
  const others = mechanisms.filter((each) => each !== mechanism)
  const failed = attempt(reply, mechanism?.name ?? 'plan', () => {
    if (refusal?.headers !== undefined) setHeaders(reply, refusal.headers)
    const first = mechanism === undefined ? [] : ([[mechanism, refusal]] as const)
    const rest = others.map((each) => [each, undefined] as const)
    if (statusOf(refusal) === 401) {
      const fallback = mechanism?.name ?? others[0]?.name
      offerChallenges(request, reply, [...first, ...rest], fallback)
    }
    if (statusOf(refusal) === 400) offerChallenges(request, reply, first, undefined)
    if (refusal?.retryAfter !== undefined) setRetryAfter(reply, refusal.retryAfter)
  })
  if (failed !== null) return failed
  const reason = refusal?.reason ?? 'missing'
  const credentialId = refusal?.credentialId
  publishEvent(channels.refused, request, { mechanism: mechanism?.name, credentialId, reason })
  const attempts: Attempt[] = others.map(({ name }) => ({ mechanism: name, outcome: 'nothing' }))
  if (mechanism !== undefined) {
    attempts.push({ mechanism: mechanism.name, outcome: 'refused', reason })
  }
  return endWith(reply, new (errorOf(refusal))(), attempts)
}

function statusOf(refusal: Refusal | undefined): 400 | 401 | 429 {
  const status = refusal?.status
  return status === 400 || status === 429 ? status : 401
}

function errorOf(refusal: Refusal | undefined): typeof errors.Refused {
  if (refusal === undefined) return errors.Unauthenticated
  const status = statusOf(refusal)
  if (status === 401) return errors.Refused
  return status === 400 ? errors.Malformed : errors.Throttled
}

/** Answers 400: two explicit credentials, or one of them twice. Nothing has been verified. */
export function refuseAmbiguous(
  request: FastifyRequest,
  reply: FastifyReply,
  reason: 'ambiguous' | 'repeated',
): AuthError {
  publishEvent(channels.refused, request, { reason })
  return endWith(reply, new (reason === 'repeated' ? errors.Malformed : errors.Ambiguous)(), [])
}

/** Answers 503. */
export function refuseUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  mechanism: Mechanism,
  unavailable: Unavailable,
): AuthError {
  const { reason, cause, retryAfter = 1 } = unavailable
  setRetryAfter(reply, retryAfter)
  publishEvent(channels.unavailable, request, { mechanism: mechanism.name, reason })
  return endWith(reply, new errors.Unavailable503({ cause }), [
    { mechanism: mechanism.name, outcome: 'unavailable', reason },
  ])
}

/**
 * Answers 500: a mechanism or an authorizer threw, or broke its contract.
 *
 * @param by Its name.
 */
export function refuseFailed(reply: FastifyReply, by: string, cause: unknown): AuthError {
  publishEvent(channels.failed, reply.request, { mechanism: by, reason: 'exception' })
  return endWith(reply, new errors.Failed({ cause }), [{ mechanism: by, outcome: 'failed' }])
}

/** Answers 403: the request comes from another site's page. */
export function refuseOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  fault: OriginFault,
): AuthError {
  publishEvent(channels.csrf, request, { ...about(identity), reason: fault })
  return endWith(reply, new errors.CrossSite(), [
    { mechanism: identity.mechanism, outcome: 'refused', reason: fault },
  ])
}

/** @returns `null`, or the error to end with where `prepare` threw. */
export function attempt(reply: FastifyReply, by: string, prepare: () => void): AuthError | null {
  try {
    prepare()
    return null
  } catch (error) {
    return refuseFailed(reply, by, error)
  }
}

/** Gives an error what was tried; what is answered with it is nobody's to keep. */
export function endWith(
  reply: FastifyReply,
  error: Error,
  attempts: readonly Attempt[],
): AuthError {
  reply.header('cache-control', 'no-store')
  return Object.assign(error, { attempts }) as AuthError
}
