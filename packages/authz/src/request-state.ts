import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FieldPermissions } from './route-requirements.js'

/** What is remembered of one request. */
export interface RequestState {
  readonly reply: FastifyReply
  /** What the handler should write, while a decision that the route leaves to it is not made. */
  owes: string | null
  /** The permission by which the answer's fields are masked. */
  mask: FieldPermissions | null
}

/** Where a request keeps it; a symbol, so that it clashes with nobody's decorator. */
export const STATE: unique symbol = Symbol('latchkey.authz')

interface Stateful {
  [STATE]: RequestState | null
}

/** @returns What is remembered of a request; `null` when it ended before this plugin's hook. */
export function findState(request: FastifyRequest): RequestState | null {
  return (request as unknown as Stateful)[STATE]
}

/** The same for a request that has come as far as its handler. */
export function stateOf(request: FastifyRequest): RequestState {
  return findState(request) as RequestState
}

/** Begins to remember a request. */
export function openState(request: FastifyRequest, reply: FastifyReply): void {
  ;(request as unknown as Stateful)[STATE] = { reply, owes: null, mask: null }
}
