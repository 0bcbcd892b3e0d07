import type { Identity } from '@latchkey/identity'
import type { Elevation, Reauthentication } from './assurance.js'
import type { LoginDetails } from './login-details.js'
import type { Sessions } from './sessions.js'
import type { Which } from './which.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route has `request.session`, the data bag. Default `false`. */
    session?: boolean
  }
  interface FastifyInstance {
    /** Lists and ends sessions, those of the nearest session mechanism. */
    readonly sessions: Sessions
    /** The same of one of several session mechanisms. */
    sessionsOf(this: FastifyInstance, name: string): Sessions
  }
  interface FastifyRequest {
    /**
     * Logs a subject in, with a new token; `request.identity` is theirs from then on.
     *
     * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`, `LATCHKEY_SESSION_TOO_MANY`,
     *   `LATCHKEY_SESSION_CROSS_SITE`, `LATCHKEY_SESSION_INVALID_LOGIN`.
     */
    login(this: FastifyRequest, subject: string, details?: LoginDetails): Promise<Identity>
    /**
     * Ends the session that the request presents, for good and everywhere.
     *
     * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`, `LATCHKEY_SESSION_CROSS_SITE`.
     */
    logout(this: FastifyRequest, which?: Which): Promise<void>
    /**
     * Lifts the session for a while after a further proof (step-up), with a new token.
     *
     * @throws {Error} `LATCHKEY_SESSION_ENDED` without a session; the errors of `login`.
     */
    elevate(this: FastifyRequest, elevation: Elevation): Promise<Identity>
    /**
     * Notes that the subject has just proved again who they are, with a new token.
     *
     * @throws {Error} `LATCHKEY_SESSION_ENDED` without a session; the errors of `login`.
     */
    reauthenticated(this: FastifyRequest, details?: Reauthentication): Promise<Identity>
  }
}
