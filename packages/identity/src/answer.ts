import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from './identity.js'
import type { Mechanism, Outcome } from './mechanism.js'
import { withTimeout } from './timeout.js'

/** What came of asking a mechanism: its outcome, or how it broke its contract. */
export type Answer = Outcome | { readonly failed: unknown }

/**
 * Asks one mechanism. Whatever it does (throws, rejects, answers nonsense, hangs) becomes an
 * answer; nothing but a whole identity becomes an identity.
 *
 * @returns A promise only if the mechanism answered with one.
 */
export function ask(
  mechanism: Mechanism,
  request: FastifyRequest,
  reply: FastifyReply,
  seconds: number,
): Answer | Promise<Answer> {
  try {
    const outcome: unknown = mechanism.authenticate(request, reply)
    return isThenable(outcome) ? askLater(mechanism, outcome, seconds) : read(mechanism, outcome)
  } catch (failed) {
    return { failed }
  }
}

async function askLater(
  mechanism: Mechanism,
  pending: PromiseLike<Outcome>,
  seconds: number,
): Promise<Answer> {
  try {
    return read(mechanism, await withTimeout(pending, seconds))
  } catch (failed) {
    return { failed }
  }
}

function isThenable(outcome: unknown): outcome is PromiseLike<Outcome> {
  return typeof (outcome as PromiseLike<Outcome> | null | undefined)?.then === 'function'
}

function read(mechanism: Mechanism, outcome: unknown): Answer {
  if (outcome === null) return null
  if (typeof outcome !== 'object') return broken(mechanism, `answered ${typeof outcome}`)
  const { identity, refusal, unavailable } = outcome as Record<string, unknown>
  if (identity !== undefined && refusal === undefined && unavailable === undefined) {
    const fault = findIdentityFault(mechanism, identity)
    return fault === null ? (outcome as Answer) : broken(mechanism, fault)
  }
  const no = refusal ?? unavailable
  const isOne = identity === undefined && (refusal === undefined || unavailable === undefined)
  if (isOne && typeof no === 'object' && no !== null) return outcome as Answer
  return broken(mechanism, 'answered an object that is no outcome')
}

function findIdentityFault(mechanism: Mechanism, identity: unknown): string | null {
  if (typeof identity !== 'object' || identity === null || !Object.isFrozen(identity)) {
    return 'answered an identity that createIdentity() did not make'
  }
  const { subject, mechanism: name } = identity as Identity
  if (typeof subject !== 'string') return 'answered an identity without a subject'
  return name === mechanism.name ? null : `answered an identity of the mechanism "${name}"`
}

function broken(mechanism: Mechanism, what: string): Answer {
  return { failed: new TypeError(`The mechanism "${mechanism.name}" broke its contract: ${what}`) }
}
