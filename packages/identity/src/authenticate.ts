import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, ask } from './answer.js'
import { ANSWERED, accept, conclude, concludeNothing, type Turn, type Verdict } from './conclude.js'
import { createDetector, REPEATED } from './credentials.js'
import type { Mechanism } from './mechanism.js'
import type { ResolvedPlan } from './plan.js'
import { plantedIdentity } from './planted.js'
import { proveAll } from './prove-all.js'
import { refuseAmbiguous, refuseFailed } from './refusals.js'
import { requireTimeout } from './timeout.js'
import { AMBIGUOUS, createWays } from './ways.js'

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

/** Seconds that a mechanism may take where nothing else is said. */
export const DEFAULT_TIMEOUT = 5

/**
 * Compiles a plan into a hook. What is presented explicitly (a header) is judged alone; only a
 * request without explicit credentials is judged by what browsers send unasked. No promise is
 * made as long as mechanisms answer synchronously.
 *
 * @throws {Error} `LATCHKEY_IDENTITY_INVALID_PLAN` when the timeout is no number of seconds.
 */
export function createAuthenticate(
  plan: ResolvedPlan,
  options: AuthenticateOptions = {},
): AuthenticateHook {
  const judge = createJudge(plan, requireTimeout(options.timeout ?? DEFAULT_TIMEOUT))
  return function authenticate(request, reply, done) {
    let verdict: Verdict | Promise<Verdict>
    try {
      verdict = judge(request, reply)
    } catch (error) {
      verdict = refuseFailed(reply, 'plan', error)
    }
    if (!(verdict instanceof Promise)) return finish(reply, verdict, done)
    verdict.then(
      (late) => finish(reply, late, done),
      (error) => finish(reply, refuseFailed(reply, 'plan', error), done),
    )
  }
}

/** A mechanism that has sent a reply by itself has ended the request: nothing may follow. */
function finish(reply: FastifyReply, verdict: Verdict, done: (error?: Error) => void): void {
  if (verdict === ANSWERED || reply.sent) return
  done(verdict ?? undefined)
}

type Judge = (request: FastifyRequest, reply: FastifyReply) => Verdict | Promise<Verdict>

function createJudge(plan: ResolvedPlan, seconds: number): Judge {
  const detect = createDetector(plan.mechanisms)
  const waysOf = createWays(plan)
  const planted = process.env.NODE_ENV === 'test' ? plantedIdentity : () => null

  return function judge(request, reply) {
    const identity = planted(request)
    if (identity !== null) return accept(request, identity)
    const presented = detect(request)
    if (presented === REPEATED) return refuseAmbiguous(request, reply, 'repeated')
    const ways = waysOf(presented)
    if (ways === AMBIGUOUS) return refuseAmbiguous(request, reply, 'ambiguous')
    const turn = { plan, request, reply, presented }
    if (ways.combined === null) return inOrder(turn, ways.singles, 0)
    return proveAll(turn, ways.combined, seconds)
  }

  function inOrder(
    turn: Turn,
    singles: readonly Mechanism[],
    from: number,
  ): Verdict | Promise<Verdict> {
    for (let at = from; at < singles.length; at++) {
      const mechanism = singles[at] as Mechanism
      const answer = ask(mechanism, turn.request, turn.reply, seconds)
      if (answer instanceof Promise) return later(turn, singles, at, answer)
      if (answer !== null) return conclude(turn, mechanism, answer)
    }
    return concludeNothing(turn)
  }

  async function later(
    turn: Turn,
    singles: readonly Mechanism[],
    at: number,
    pending: Promise<Answer>,
  ): Promise<Verdict> {
    const answer = await pending
    if (answer === null) return inOrder(turn, singles, at + 1)
    return conclude(turn, singles[at] as Mechanism, answer)
  }
}
