import type { Management } from './management.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The management API of the authorization server of this application. */
    readonly oauthServer: Management
  }
}
