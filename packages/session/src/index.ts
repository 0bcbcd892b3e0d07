import './types.js'

export type { Elevation, Reauthentication } from './assurance.js'
export {
  type FastifySessionStoreOptions,
  fastifySessionStore,
} from './bag/fastify-session-store.js'
export type { SessionInfo } from './list-sessions.js'
export type { LoginDetails } from './login-details.js'
export type { SessionCookieOptions, SessionLimit, SessionOptions } from './options.js'
export { session, session as default } from './plugin.js'
export type { Assurance } from './record.js'
export { safeReturnTo } from './return-to.js'
export type { SessionRoutesOptions } from './routes.js'
export { sessionRoutes } from './routes.js'
export type { Sessions } from './sessions.js'
export type { Which } from './which.js'
