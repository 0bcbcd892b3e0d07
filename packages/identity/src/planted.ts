import type { FastifyRequest } from 'fastify'
import type { Identity } from './identity.js'

/** The header that carries the ticket of an identity planted by a test. */
export const TICKET_HEADER = 'x-latchkey-test-identity'

let tickets: Map<string, Identity> | null = null

/** Opens the door for planted identities; only the testing kit calls this. */
export function openTickets(): Map<string, Identity> {
  tickets ??= new Map()
  return tickets
}

/** @returns The identity that a test planted for this request; always `null` in production. */
export function plantedIdentity(request: FastifyRequest): Identity | null {
  if (tickets === null) return null
  const ticket = request.headers[TICKET_HEADER]
  return typeof ticket === 'string' ? (tickets.get(ticket) ?? null) : null
}
