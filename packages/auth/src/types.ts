import type { AuthReport } from './report.js'
import type { RouteAuth } from './route-auth.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route: `'public'`, a plan of mechanisms, or a plan with requirements. */
    auth?: RouteAuth
  }
  interface FastifyInstance {
    /**
     * Every route that this plugin guards, the mechanisms that it accepts and what it asks for.
     *
     * @throws {Error} `LATCHKEY_AUTH_NOT_READY` before the application is ready.
     */
    authReport(): AuthReport
    /** The report as an aligned table, fit for a snapshot. */
    printAuth(): string
  }
}
