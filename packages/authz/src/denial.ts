import {
  about,
  channels,
  type Decision,
  type Identity,
  publishEvent,
  refuseDecision,
} from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Asker } from './asker.js'
import { NoIdentity, NotFound } from './errors.js'
import { denialDetails, explainOwn } from './events.js'
import type { Denial } from './verdict.js'

/** A decision that is not yes, as the contract of identity has it. */
export type Refusing = Exclude<Decision, { effect: 'allow' }>

/** A question that was answered with no. */
export interface Denied {
  readonly identity: Identity
  readonly permission: string
  readonly object: unknown
  readonly verdict: Denial
}

/** How denials are answered. */
export interface DenialSettings {
  readonly asker: Asker
  /** Whether the client is told why. */
  readonly disclose: boolean
}

/**
 * Makes the decision that a denial is answered with.
 *
 * @throws {Error} `LATCHKEY_AUTHZ_NOT_FOUND` when the client must not learn that the object exists.
 */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  denied: Denied,
  { asker, disclose }: DenialSettings,
): Refusing {
  const { verdict, identity, permission, object } = denied
  if (verdict.effect === 'challenge') return { effect: 'challenge', stepUp: verdict.stepUp }
  const explain = () => explainOwn(asker, identity, permission, object)
  const details = denialDetails(verdict, permission, explain)
  const { type } = asker.policy.entry(permission).permission
  if (verdict.reason === 'other-tenant' || type?.conceal === true) {
    throw conceal(request, reply, identity, verdict.reason, details)
  }
  const told = disclose ? explain() : null
  return {
    effect: 'deny',
    reason: verdict.reason,
    details,
    ...(verdict.scope === undefined ? {} : { scope: verdict.scope }),
    ...(told === null ? {} : { disclose: told.text }),
  }
}

/**
 * Answers as though the thing were not there, and tells the log that it is.
 *
 * @returns What to throw.
 */
export function conceal(
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  reason: string,
  details: Readonly<Record<string, unknown>>,
): Error {
  publishEvent(channels.denied, request, { ...about(identity), reason, details })
  reply.header('cache-control', 'no-store')
  return new NotFound()
}

/**
 * Answers what `request.authorize` was refused.
 *
 * @returns What to throw.
 */
export function refuseRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  denied: Omit<Denied, 'identity'> & { readonly identity: Identity | null },
  settings: DenialSettings,
): Error {
  const { identity } = denied
  if (identity === null) {
    reply.header('cache-control', 'no-store')
    return new NoIdentity()
  }
  try {
    const refusing = refuse(request, reply, { ...denied, identity }, settings)
    const mechanism = request.server.mechanisms.find(identity.mechanism)
    return refuseDecision(request, reply, identity, mechanism, refusing)
  } catch (error) {
    return error as Error
  }
}
