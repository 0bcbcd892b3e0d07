import type { FastifyReply, FastifyRequest } from 'fastify'
import { createDetector, REPEATED } from './credentials.js'
import { channels, publishEvent } from './events.js'
import type { Identity } from './identity.js'
import type { Mechanism, Outcome } from './mechanism.js'
import { findOriginFault } from './origin.js'
import type { Alternative, ResolvedPlan } from './plan.js'
import { plantedIdentity } from './planted.js'
import { proveAll } from './prove-all.js'
import * as refusals from './refusals.js'
import { withTimeout } from './timeout.js'

/** An `onRequest` hook that leaves an identity on the request, or ends it. */
export type AuthenticateHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void

/** How a plan is carried out. */
export interface AuthenticateOptions {
  /** Seconds that one mechanism may take before the answer is 503. Default 5. */
  readonly timeout?: number
}

/** Mechanisms to be asked in order, or combinations of them where the plan has `all`. */
interface Ways {
  readonly singles: readonly Mechanism[]
  readonly combined: readonly Alternative[] | null
}

/**
 * Compiles a plan into a hook. What is presented explicitly (a header) is judged alone; only a
 * request without explicit credentials is judged by what browsers send unasked. No promise is
 * made as long as mechanisms answer synchronously.
 */
export function createAuthenticate(
  plan: ResolvedPlan,
  options: AuthenticateOptions = {},
): AuthenticateHook {
  const { mechanisms } = plan
  const seconds = options.timeout ?? 5
  const detect = createDetector(mechanisms)
  const waysOf = createWays(plan)

  return function authenticate(request, reply, done) {
    const planted = plantedIdentity(request)
    if (planted !== null) return accept(request, planted, done)
    const presented = detect(request)
    if (presented === REPEATED) return done(refusals.refuseAmbiguous(request, reply, 'repeated'))
    const ways = waysOf(presented)
    if (ways === AMBIGUOUS) return done(refusals.refuseAmbiguous(request, reply, 'ambiguous'))
    if (ways.combined === null) return ask(request, reply, done, ways.singles, 0, presented)
    proveAll(request, reply, mechanisms, ways.combined, seconds).then(
      (proof) => {
        if (proof === null) return nothing(request, reply, done, presented)
        if (proof.identities !== null) request.identities = proof.identities
        settle(request, reply, done, proof.mechanism, proof.outcome, proof.ambient)
      },
      (error) => done(refusals.refuseFailed(reply, 'all', error)),
    )
  }

  function ask(
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error?: Error) => void,
    singles: readonly Mechanism[],
    from: number,
    presented: number,
  ): void {
    for (let at = from; at < singles.length; at++) {
      const mechanism = singles[at] as Mechanism
      let outcome: Outcome | Promise<Outcome>
      try {
        outcome = mechanism.authenticate(request, reply)
      } catch (error) {
        return done(refusals.refuseFailed(reply, mechanism.name, error))
      }
      if (outcome === null) continue
      if (!isPromise(outcome)) return settle(request, reply, done, mechanism, outcome, undefined)
      withTimeout(outcome, seconds).then(
        (late) =>
          late === null
            ? ask(request, reply, done, singles, at + 1, presented)
            : settle(request, reply, done, mechanism, late, undefined),
        (error) => done(refusals.refuseFailed(reply, mechanism.name, error)),
      )
      return
    }
    nothing(request, reply, done, presented)
  }

  function settle(
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error?: Error) => void,
    mechanism: Mechanism,
    outcome: Exclude<Outcome, null>,
    ambient: Mechanism | undefined,
  ): void {
    if ('identity' in outcome) {
      const cookie = ambient ?? (mechanism.ambient ? mechanism : undefined)
      if (cookie !== undefined) {
        const fault = findOriginFault(request, cookie.trustedOrigins)
        if (fault !== null) {
          return done(refusals.refuseOrigin(request, reply, outcome.identity, fault))
        }
      }
      return accept(request, outcome.identity, done)
    }
    if ('refusal' in outcome) {
      const culprit = { mechanism, refusal: outcome.refusal }
      return done(refusals.refuse(request, reply, mechanisms, culprit))
    }
    done(refusals.refuseUnavailable(request, reply, mechanism, outcome.unavailable))
  }

  function nothing(
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error?: Error) => void,
    presented: number,
  ): void {
    if (presented !== 0) {
      const mechanism = mechanisms[31 - Math.clz32(presented)] as Mechanism
      const refusal = { reason: 'incomplete' }
      return done(refusals.refuse(request, reply, mechanisms, { mechanism, refusal }))
    }
    if (plan.optional) return done()
    const location = loginLocation(request, mechanisms)
    if (location === null) return done(refusals.refuse(request, reply, mechanisms, null))
    reply.header('cache-control', 'no-store').header('vary', 'Accept').redirect(location, 303)
  }
}

function accept(request: FastifyRequest, identity: Identity, done: (error?: Error) => void): void {
  request.identity = identity
  if (channels.authenticated.hasSubscribers) {
    publishEvent(channels.authenticated, request, refusals.about(identity))
  }
  done()
}

function isPromise(outcome: object): outcome is Promise<Outcome> {
  return 'then' in outcome
}

const AMBIGUOUS = null

/** For each set of presented credentials, the ways in that fit it exactly. */
function createWays(plan: ResolvedPlan): (presented: number) => Ways | typeof AMBIGUOUS {
  const explicit = plan.mechanisms.reduce(
    (mask, mechanism, index) =>
      mechanism.ambient || mechanism.sources.length === 0 ? mask : mask | (1 << index),
    0,
  )
  const known = new Map<number, Ways | typeof AMBIGUOUS>()
  return (presented) => {
    let ways = known.get(presented)
    if (ways === undefined) {
      ways = findWays(plan, explicit, presented)
      known.set(presented, ways)
    }
    return ways
  }
}

function findWays(
  plan: ResolvedPlan,
  explicit: number,
  presented: number,
): Ways | typeof AMBIGUOUS {
  const isCovered = plan.alternatives.some((way) => (way.mask & presented) === presented)
  if (!isCovered) return AMBIGUOUS
  const fitting = plan.alternatives.filter((way) => (way.mask & explicit) === presented)
  if (fitting.some((way) => way.members.length > 1)) return { singles: [], combined: fitting }
  return {
    singles: fitting.map((way) => plan.mechanisms[way.members[0] as number] as Mechanism),
    combined: null,
  }
}

function loginLocation(request: FastifyRequest, mechanisms: readonly Mechanism[]): string | null {
  if (request.method !== 'GET' || request.headers.upgrade !== undefined) return null
  if (!(request.headers.accept ?? '').includes('text/html')) return null
  for (const mechanism of mechanisms) {
    const location = mechanism.loginLocation?.(request) ?? null
    if (location !== null) return location
  }
  return null
}
