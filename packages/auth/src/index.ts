import './types.js'

export type { RouteFault } from './faults.js'
export type {
  FastifyAuthFunction,
  FastifyAuthSource,
  FromFastifyAuthOptions,
} from './from-fastify-auth.js'
export { fromFastifyAuth } from './from-fastify-auth.js'
export type { AuthOptions, MechanismEntry } from './options.js'
export { auth, auth as default } from './plugin.js'
export type { AuthReport, MechanismEntryReport, RouteReport } from './report.js'
export type { AllRoute, AnyRoute, RouteAuth } from './route-auth.js'
