import type { Passwords } from '@latchkey/session/password'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Frame } from './pages.js'
import type { Users } from './users.js'

/** What the routes work with. */
export interface Site {
  readonly users: Users
  readonly passwords: Passwords
  frame(request: FastifyRequest, reply: FastifyReply): Frame
}

/** Routes of the pages: with the data bag, in which notes for the next page are kept. */
export const bag = { session: true } as const
