import type { Authorizer, CompiledRequirements, Decision } from '@latchkey/identity'
import {
  type AssuranceRequirement,
  compileAssurance,
  isList,
  summarizeAssurance,
} from './assurance.js'
import { InvalidRequirement } from './errors.js'
import type { RoleGraph } from './role-graph.js'
import type { ScopeBook } from './scopes.js'

const ALLOW: Decision = Object.freeze({ effect: 'allow' })
const KEYS = ['scopes', 'roles', 'maxAge', 'acr', 'amr', 'bound'] as const

/** What an authorizer decides by. */
export interface AuthorizerParts {
  readonly roles: RoleGraph
  readonly scopes: ScopeBook
  readonly now: () => number
}

/** Makes the authorizer that the meta-plugin asks about its routes. */
export function createAuthorizer(parts: AuthorizerParts): Authorizer {
  return {
    name: 'authz',
    requirements: KEYS,
    compile(requirements, route) {
      return compileRoute(requirements, `the route ${route.method} ${route.url}`, parts)
    },
  }
}

function compileRoute(
  requirements: Readonly<Record<string, unknown>>,
  where: string,
  { roles, scopes, now }: AuthorizerParts,
): CompiledRequirements {
  const wantedScopes = readList(requirements, 'scopes', where)
  const wantedRoles = readList(requirements, 'roles', where)
  scopes.requireKnown(wantedScopes, where)
  const holders = new Set(wantedRoles.flatMap((role) => [...roles.holders(role, where)]))
  const assurance = compileAssurance(requirements as AssuranceRequirement, where)
  const scope = wantedScopes.join(' ')
  const lacksRole: Decision = Object.freeze({
    effect: 'deny',
    reason: 'missing-role',
    details: Object.freeze({ roles: wantedRoles }),
  })
  return {
    scopes: wantedScopes,
    summary: summarize(wantedScopes, wantedRoles, requirements as AssuranceRequirement),
    early(identity) {
      const missing = scopes.missing(identity, wantedScopes)
      if (missing.length > 0) {
        return { effect: 'deny', reason: 'missing-scope', scope, details: { missing } }
      }
      if (wantedRoles.length > 0 && !hasAny(identity.roles, holders)) return lacksRole
      const stepUp = assurance === null ? null : assurance(identity, now())
      return stepUp === null ? ALLOW : { effect: 'challenge', stepUp }
    },
  }
}

function readList(
  requirements: Readonly<Record<string, unknown>>,
  key: string,
  where: string,
): readonly string[] {
  const value = requirements[key]
  if (value === undefined) return []
  if (isList(value)) return [...value]
  throw new InvalidRequirement(`Cannot read ${where}: "${key}" is not a list of strings`)
}

function hasAny(held: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const each of held) if (wanted.has(each)) return true
  return false
}

function summarize(
  scopes: readonly string[],
  roles: readonly string[],
  assurance: AssuranceRequirement,
): string {
  const parts = summarizeAssurance(assurance)
  if (roles.length > 0) parts.unshift(`roles ${roles.join(' or ')}`)
  if (scopes.length > 0) parts.unshift(`scopes ${scopes.join(' ')}`)
  return parts.join(', ')
}
