import type { JwtRouteConfig } from './revocations.js'
import type { Tokens } from './tokens.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route says about JWTs. */
    jwt?: JwtRouteConfig
  }
  interface FastifyInstance {
    /**
     * Issues, refreshes and revokes the tokens of the first registration that this scope sees, its
     * own before its parents'.
     *
     * @throws {FastifyError} `LATCHKEY_JWT_INVALID_REQUEST` when there is none.
     */
    readonly tokens: Tokens
    /**
     * The same of the registration of that name.
     *
     * @throws {FastifyError} `LATCHKEY_JWT_INVALID_REQUEST` when there is none.
     */
    tokensOf(name: string): Tokens
  }
}
