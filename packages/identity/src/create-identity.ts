import { copyClaims } from './copy-claims.js'
import type { Actor, Identity, IdentityKind, IdentityParts } from './identity.js'
import { readonlySet } from './readonly-set.js'

const KINDS: ReadonlySet<IdentityKind> = new Set<IdentityKind>(['user', 'service', 'client'])
const NO_METHODS: readonly string[] = Object.freeze([])
const NO_CLAIMS = copyClaims({})

/**
 * Builds the one shape that every mechanism answers with. What it is given is copied: the claims'
 * objects and arrays at every depth, anything else in them (a `Date`, a `Map`) is kept as it is.
 *
 * @returns A frozen object without a prototype, its sets and claims frozen too: it may be cached
 *   and shared between requests.
 * @throws {TypeError} When a part is not of its type: a text that must be there is empty, an
 *   instant is not a finite number, scopes are one string, claims are nested deeper than 32 levels.
 */
export function createIdentity(parts: IdentityParts): Identity {
  const { subject, issuer, mechanism, credentialId, kind, amr, actor, claims } = parts
  requireText('subject', subject)
  requireText('issuer', issuer)
  requireText('mechanism', mechanism)
  requireText('credentialId', credentialId)
  if (!KINDS.has(kind)) fail('"kind" is not "user", "service" or "client"')
  const identity = {
    __proto__: null,
    subject,
    issuer,
    kind,
    mechanism,
    credentialId,
    clientId: maybe('clientId', 'string', parts.clientId),
    tenant: maybe('tenant', 'string', parts.tenant),
    scopes: readonlySet(parts.scopes),
    roles: readonlySet(parts.roles),
    authTime: maybe('authTime', 'number', parts.authTime),
    expiresAt: maybe('expiresAt', 'number', parts.expiresAt),
    acr: maybe('acr', 'string', parts.acr),
    amr: amr === undefined ? NO_METHODS : copyMethods(amr),
    bound: maybe('bound', 'string', parts.bound),
    actor: actor === undefined ? undefined : copyActor(actor),
    claims: claims === undefined ? NO_CLAIMS : copyClaims(claims),
  }
  return Object.freeze(identity)
}

function requireText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') fail(`"${name}" is not a non-empty string`)
}

function maybe<T>(name: string, type: 'string' | 'number', value: T): T {
  if (value === undefined) return value
  const isRight = type === 'number' ? Number.isFinite(value) : typeof value === 'string'
  return isRight ? value : fail(`"${name}" is not a ${type}`)
}

function copyMethods(amr: readonly string[]): readonly string[] {
  if (!Array.isArray(amr) || amr.some((method) => typeof method !== 'string')) {
    fail('"amr" is not an array of strings')
  }
  return Object.freeze([...amr])
}

function copyActor(actor: Actor): Actor {
  requireText('actor.subject', actor.subject)
  return copyClaims({ ...actor }) as unknown as Actor
}

function fail(why: string): never {
  throw new TypeError(`Cannot create an identity: ${why}`)
}
