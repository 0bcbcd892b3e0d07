import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from './identity.js'

/**
 * What a route may require beyond an identity. Empty here: the package that decides a requirement
 * declares it by declaration merging, so that a route cannot ask for what nobody checks.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface RouteRequirements {}

/** A fresher or stronger login would help (RFC 9470 §3). */
export interface StepUp {
  readonly error: 'insufficient_user_authentication'
  readonly reason: string
  /** Space-separated `acr` values that would do. */
  readonly acrValues?: string
  /** Seconds that the login may be old. */
  readonly maxAge?: number
}

/** The answer to "are they allowed to do this". */
export type Decision =
  | { readonly effect: 'allow'; readonly reason?: string }
  | {
      readonly effect: 'deny'
      /** For the log: what was missing, or which rule forbade it. Never sent to the client. */
      readonly reason: string
      /** Space-separated scopes that would have helped, for `insufficient_scope`. */
      readonly scope?: string
      /** Whatever else the decision log should show. */
      readonly details?: Readonly<Record<string, unknown>>
      /** What the client may read, where the application opted in to tell. */
      readonly disclose?: string
    }
  | { readonly effect: 'challenge'; readonly stepUp: StepUp }

/** The requirements of one route, ready to be decided on each request. */
export interface CompiledRequirements {
  /** What needs only the identity; decided in `onRequest`, synchronous where it can be. */
  readonly early?: (
    identity: Identity,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => Decision | Promise<Decision>
  /** What needs params or body; decided in `preHandler`. */
  readonly late?: (
    identity: Identity,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => Decision | Promise<Decision>
  /** The scopes that the route asks for, for OpenAPI and reports. */
  readonly scopes?: readonly string[]
  /** One line for reports, such as `scopes orders:write, roles buyer`. */
  readonly summary: string
}

/** A route as an authorizer sees it. */
export interface RouteInfo {
  readonly method: string
  readonly url: string
}

/** Decides route requirements. Registered once per Fastify scope. */
export interface Authorizer {
  readonly name: string
  /** The keys of {@link RouteRequirements} that it decides. */
  readonly requirements: readonly string[]
  /**
   * Prepares the requirements of one route at boot.
   *
   * @throws {Error} When a requirement is malformed, or names what the policy does not know.
   */
  compile(requirements: Readonly<Record<string, unknown>>, route: RouteInfo): CompiledRequirements
}
