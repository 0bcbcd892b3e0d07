import type { Binding, RouteRequirements } from '@latchkey/identity'
import type { Explanation } from './explanation.js'
import type { FieldMask } from './fields.js'
import type { Plan } from './filter.js'
import type { AnyNames, PermissionName, Policy, PolicyNames } from './policy.js'
import type { AuthzReport } from './report.js'
import type { RequiresHook } from './requires.js'
import type { FieldPermissions, ResourceLoader } from './route-requirements.js'

/**
 * Tells the suite the application's policy, so that a typo in a permission or a role is a compile
 * error everywhere:
 *
 * `declare module '@latchkey/authz' { interface AuthzTypes { policy: typeof policy } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface AuthzTypes {}

/** The names of the policy that {@link AuthzTypes} tells of; any, where it tells none. */
export type Names = AuthzTypes extends { policy: Policy<infer Known extends PolicyNames> }
  ? Known
  : AnyNames

declare module '@latchkey/identity' {
  interface RouteRequirements {
    /** Scopes, all of which the caller must have been granted (RFC 6749 §3.3). */
    readonly scopes?: readonly Names['scope'][]
    /** Roles, one of which the caller must have, itself or by inheritance. */
    readonly roles?: readonly Names['role'][]
    /** Permissions, all of which the caller must have; none of them about an object. */
    readonly permissions?: readonly PermissionName<Names>[]
    /** What the caller wants to do; about {@link RouteRequirements.resource} if it is about one. */
    readonly can?: PermissionName<Names>
    /** Finds the object, which then is `request.resource`; without one the answer is 404. */
    readonly resource?: ResourceLoader
    /** The path parameter that must be the caller's tenant; another answers 404. */
    readonly tenant?: string
    /** The permissions by which the fields of answer and body are masked. */
    readonly mask?: FieldPermissions<PermissionName<Names>>
    /** Seconds since the caller last proved who they are (RFC 9470). */
    readonly maxAge?: number
    /** Authentication context classes, one of which it must be. */
    readonly acr?: readonly string[]
    /** Authentication methods, all of which must have been used (RFC 8176). */
    readonly amr?: readonly string[]
    /** Proof of possession: any, or this one. */
    readonly bound?: boolean | Binding
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the application can tell about its authorization. */
    readonly authz: AuthzReport
    /**
     * Makes a `preHandler` hook out of requirements, for use without the meta-plugin, behind
     * `app.authenticate`.
     *
     * @throws {Error} When a requirement is malformed, or names what the policy does not know.
     */
    requires(requirements: RouteRequirements): RequiresHook
  }
  interface FastifyRequest {
    /** The object that the route's `resource` found; `null` on other routes. */
    resource: unknown
    /** Whether the caller may do something. Await it: a promise is always truthy. */
    can<Name extends PermissionName<Names>>(
      permission: Name,
      ...object: Names['objects'][Name]
    ): Promise<boolean>
    /**
     * Ends the request where the caller may not do something.
     *
     * @throws {Error} 403; 401 with a challenge where a better login would do; 404 where the caller
     *   must not learn that the object exists.
     */
    authorize<Name extends PermissionName<Names>>(
      permission: Name,
      ...object: Names['objects'][Name]
    ): Promise<void>
    /** Why the caller may or may not do something; not for the client's eyes. */
    explain<Name extends PermissionName<Names>>(
      permission: Name,
      ...object: Names['objects'][Name]
    ): Promise<Explanation>
    /** Which objects the caller may do something to, for a query. */
    plan(permission: PermissionName<Names>): Promise<Plan>
    /** Which fields of an object the caller may read or write. */
    fields(permission: PermissionName<Names>, object: object): FieldMask
  }
}
