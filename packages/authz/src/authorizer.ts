import type { Authorizer, CompiledRequirements, Decision, Identity } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { compileAssurance } from './assurance.js'
import type { AuthorizerSettings, Check } from './check.js'
import { isHeld } from './decide.js'
import { conceal } from './denial.js'
import type { Policy } from './policy.js'
import { compileEarlyPermissions, compileLate } from './route-permission.js'
import {
  REQUIREMENT_KEYS,
  type ReadRequirements,
  readRequirements,
  summarizeRequirements,
} from './route-requirements.js'
import { isThenable } from './thenable.js'

const ALLOW: Decision = Object.freeze({ effect: 'allow' })

/** What a step of a route answers. */
type Step = NonNullable<CompiledRequirements['early']>

/** Makes the authorizer that the meta-plugin asks about its routes. */
export function createAuthorizer(settings: AuthorizerSettings): Authorizer {
  return {
    name: 'authz',
    requirements: REQUIREMENT_KEYS,
    compile(requirements, route) {
      const where = `the route ${route.method} ${route.url}`
      const required = readRequirements(requirements, where)
      const compiled = compileRequirements(required, where, settings)
      settings.onRoute({ ...route, required })
      return compiled
    },
  }
}

/**
 * Compiles what is asked of a caller.
 *
 * @param where How messages call the place that asks.
 */
export function compileRequirements(
  required: ReadRequirements,
  where: string,
  settings: AuthorizerSettings,
): CompiledRequirements & { readonly early: Step } {
  const { policy } = settings.asker
  const late = compileLate(required, where, settings)
  const early = inOrder([
    ...compileTenant(required),
    ...compileScopes(required, policy, where),
    ...compileRoles(required, policy, where),
    ...compileEarlyPermissions(required, where, settings),
    ...compileLogin(required, where, settings.now),
  ])
  return {
    early,
    scopes: required.scopes,
    summary: summarizeRequirements(required),
    ...(late === null ? {} : { late: inOrder([late]) }),
  }
}

function inOrder(checks: readonly Check[]): Step {
  const from = (
    at: number,
    identity: Identity,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Decision | Promise<Decision> => {
    for (let next = at; next < checks.length; next++) {
      const decision = (checks[next] as Check)(identity, request, reply)
      if (decision === null) continue
      if (!isThenable(decision)) return decision
      return Promise.resolve(decision).then(
        (late) => late ?? from(next + 1, identity, request, reply),
      )
    }
    return ALLOW
  }
  return (identity, request, reply) => from(0, identity, request, reply)
}

function compileTenant({ tenant }: ReadRequirements): Check[] {
  if (tenant === null) return []
  return [
    (identity, request, reply) => {
      const wanted = (request.params as Readonly<Record<string, unknown>>)[tenant]
      if (identity.tenant !== undefined && identity.tenant === wanted) return null
      throw conceal(request, reply, identity, 'other-tenant', { tenant: `:${tenant}` })
    },
  ]
}

function compileScopes({ scopes }: ReadRequirements, policy: Policy, where: string): Check[] {
  if (scopes.length === 0) return []
  policy.scopes.requireKnown(scopes, where)
  const scope = scopes.join(' ')
  return [
    (identity) => {
      const missing = policy.scopes.missing(identity, scopes)
      return missing.length === 0
        ? null
        : { effect: 'deny', reason: 'missing-scope', scope, details: { missing } }
    },
  ]
}

function compileRoles({ roles }: ReadRequirements, policy: Policy, where: string): Check[] {
  if (roles.length === 0) return []
  const holders = new Set(roles.flatMap((role) => [...policy.roles.holders(role, where)]))
  const denial: Decision = Object.freeze({
    effect: 'deny',
    reason: 'missing-role',
    details: Object.freeze({ roles }),
  })
  return [(identity) => (isHeld(holders, identity.roles) ? null : denial)]
}

function compileLogin(required: ReadRequirements, where: string, now: () => number): Check[] {
  const assurance = compileAssurance(required, where)
  if (assurance === null) return []
  return [
    (identity) => {
      const stepUp = assurance(identity, now())
      return stepUp === null ? null : { effect: 'challenge', stepUp }
    },
  ]
}
