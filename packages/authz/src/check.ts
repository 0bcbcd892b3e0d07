import type { Decision, Identity, RouteInfo } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DenialSettings } from './denial.js'
import type { EventSettings } from './events.js'
import type { ReadRequirements } from './route-requirements.js'

/** How an authorizer decides. */
export interface AuthorizerSettings extends DenialSettings, EventSettings {
  readonly now: () => number
  /** Whether handlers are held to decide about the objects that routes leave to them. */
  readonly guard: boolean
  /** Told about every route that it decides, for reports. */
  readonly onRoute: (route: DecidedRoute) => void
}

/** A route and what it asks for. */
export interface DecidedRoute extends RouteInfo {
  readonly required: ReadRequirements
}

/** One check of a route. `null`: nothing speaks against it. */
export type Check = (
  identity: Identity,
  request: FastifyRequest,
  reply: FastifyReply,
) => Decision | null | PromiseLike<Decision | null>
