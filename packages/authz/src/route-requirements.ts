import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AssuranceRequirement, isList, summarizeAssurance } from './assurance.js'
import { InvalidRequirement } from './errors.js'

/** Finds the object that a route is about. */
export type ResourceLoader = (request: FastifyRequest, reply: FastifyReply) => unknown

/** The permissions by which fields are masked. */
export interface FieldPermissions<Permission extends string = string> {
  /** What the answer shows of each object; an object that may not be read at all is left out. */
  readonly read?: Permission
  /** What the body may set; another field answers 403. */
  readonly write?: Permission
  /** Where the answer keeps its objects, such as `items`. Default: it is the object or the list. */
  readonly at?: string
}

/** What a route asks for, read but not looked up. */
export interface ReadRequirements extends AssuranceRequirement {
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly can: string | null
  readonly resource: ResourceLoader | null
  /** A path parameter that must be the caller's tenant. */
  readonly tenant: string | null
  readonly mask: FieldPermissions | null
}

/** The keys that this package decides. */
export const REQUIREMENT_KEYS = [
  'scopes',
  'roles',
  'permissions',
  'maxAge',
  'acr',
  'amr',
  'bound',
  'can',
  'resource',
  'tenant',
  'mask',
] as const

/** @throws {Error} `LATCHKEY_AUTHZ_INVALID_REQUIREMENT` for what cannot be read. */
export function readRequirements(
  written: Readonly<Record<string, unknown>>,
  where: string,
): ReadRequirements {
  const wrong = (what: string): Error => new InvalidRequirement(`Cannot read ${where}: ${what}`)
  const list = (key: string): readonly string[] => {
    const value = written[key]
    if (value === undefined) return []
    if (isList(value)) return [...value]
    throw wrong(`"${key}" is not a list of strings`)
  }
  const text = (key: string): string | null => {
    const value = written[key] ?? null
    if (value === null || (typeof value === 'string' && value !== '')) return value
    throw wrong(`"${key}" is not a string`)
  }
  const { resource = null, mask = null } = written
  if (resource !== null && typeof resource !== 'function')
    throw wrong('"resource" is not a function')
  if (mask !== null && !isMask(mask)) {
    throw wrong('"mask" is not { read: "<permission>", write: "<permission>", at: "<field>" }')
  }
  return {
    ...(written as AssuranceRequirement),
    scopes: list('scopes'),
    roles: list('roles'),
    permissions: list('permissions'),
    can: text('can'),
    tenant: text('tenant'),
    resource: resource as ResourceLoader | null,
    mask: mask as FieldPermissions | null,
  }
}

function isMask(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  const isKnown = entries.every(
    ([key, each]) => ['read', 'write', 'at'].includes(key) && typeof each === 'string',
  )
  return isKnown && entries.some(([key]) => key !== 'at')
}

/** Sums up what a route asks for, in one line for reports. */
export function summarizeRequirements(required: ReadRequirements): string {
  const { scopes, roles, permissions, can, resource, tenant, mask } = required
  const parts: string[] = []
  if (scopes.length > 0) parts.push(`scopes ${scopes.join(' ')}`)
  if (roles.length > 0) parts.push(`roles ${roles.join(' or ')}`)
  if (permissions.length > 0) parts.push(`permissions ${permissions.join(', ')}`)
  if (can !== null) parts.push(`can ${can}`)
  if (resource !== null) parts.push('resource')
  if (tenant !== null) parts.push(`tenant :${tenant}`)
  if (mask?.read !== undefined) parts.push(`reads by ${mask.read}`)
  if (mask?.write !== undefined) parts.push(`writes by ${mask.write}`)
  return [...parts, ...summarizeAssurance(required)].join(', ')
}
