import './types.js'

export type { AuthenticateHook, AuthenticateOptions } from './authenticate.js'
export { createAuthenticate } from './authenticate.js'
export type {
  Authorizer,
  CompiledRequirements,
  Decision,
  RouteInfo,
  RouteRequirements,
  StepUp,
} from './authorizer.js'
export type { Challenge } from './challenge.js'
export { serializeChallenge, serializeChallenges } from './challenge.js'
export type { ParsedChallenge } from './challenge-parser.js'
export { parseChallenges } from './challenge-parser.js'
export { createIdentity } from './create-identity.js'
export { readAuthorization } from './credentials.js'
export type { EventSchema } from './event-schemas.js'
export { eventSchemas } from './event-schemas.js'
export type {
  AuthEvent,
  AuthEventDetails,
  AuthEventName,
  AuthEventOutcome,
  RevocationDetails,
  RevocationEvent,
} from './events.js'
export { about, channels, publishEvent, publishRevocation } from './events.js'
export type {
  Actor,
  Binding,
  Identity,
  IdentityClaims,
  IdentityKind,
  IdentityParts,
} from './identity.js'
export type {
  CredentialShape,
  CredentialSource,
  Mechanism,
  MechanismReport,
  Outcome,
  Refusal,
  ScopeShortage,
  SecurityScheme,
  Unavailable,
} from './mechanism.js'
export type { OriginFault } from './origin.js'
export { findOriginFault } from './origin.js'
export type {
  AllOf,
  Alternative,
  AnyOf,
  MechanismPlan,
  ParsedPlan,
  PlanItem,
  ResolvedPlan,
} from './plan.js'
export { parsePlan } from './plan.js'
export type { IdentityOptions } from './plugin.js'
export { identity, identity as default } from './plugin.js'
export { readonlySet } from './readonly-set.js'
export type { Attempt, AuthError } from './refusals.js'
export { refuseFailed } from './refusals.js'
export { refuseDecision } from './refuse-decision.js'
export type { MechanismRegistry } from './registry.js'
export { registryOf } from './registry.js'
export { requireIdentity } from './require-identity.js'
export { resolvePlan } from './resolve-plan.js'
