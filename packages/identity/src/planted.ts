import type { FastifyRequest } from 'fastify'
import type { Identity } from './identity.js'

/** The header that carries the ticket of an identity planted by a test. */
export const TICKET_HEADER = 'x-latchkey-test-identity'

const tickets = new Map<string, Identity>()

/** Hands out a ticket; only the testing kit calls this. */
export function plant(ticket: string, identity: Identity): void {
  tickets.set(ticket, identity)
}

/**
 * Finds the identity that a test planted for this request. Hooks that are made outside
 * `NODE_ENV=test` never call this: see `createAuthenticate`.
 */
export function plantedIdentity(request: FastifyRequest): Identity | null {
  return tickets.get(String(request.headers[TICKET_HEADER])) ?? null
}
