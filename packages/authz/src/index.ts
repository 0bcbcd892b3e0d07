import './types.js'

export type { AssuranceRequirement } from './assurance.js'
export type { AuthzOptions, RoleDefinition } from './options.js'
export { authz, authz as default } from './plugin.js'
