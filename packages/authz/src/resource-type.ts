import type { AttributeKind, ConditionNode } from './condition.js'
import { InvalidPolicy } from './errors.js'

/** The attributes of a resource type, by name. */
export type Attributes = Readonly<Record<string, AttributeKind>>

/** A kind of thing that permissions are about. */
export interface ResourceType {
  /** What can be done to one object: each makes a permission `<type>.<action>`. */
  readonly actions: readonly string[]
  /** What can be done without an object, such as `create` and `list`. Default: nothing. */
  readonly collection?: readonly string[]
  /** What conditions may speak of, and its kind. Default: nothing. */
  readonly attributes?: Attributes
  /** The attribute that identifies an object, for logs and other engines. Default `id`. */
  readonly id?: string
  /**
   * The attribute that holds the owner's subject. Where callers of several issuers meet, name the
   * attribute of the issuer too: a subject is unique within its issuer only.
   */
  readonly owner?: string | { readonly subject: string; readonly issuer: string }
  /**
   * The attribute that holds the tenant. With it, nothing of another tenant is ever allowed, unless
   * a rule says `anyTenant`.
   */
  readonly tenant?: string
  /** Whether a denial answers 404, as though the object were not there. Default `false`. */
  readonly conceal?: boolean
}

const ATTRIBUTE = /^[A-Za-z_][A-Za-z0-9_]*$/
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const KINDS = ['string', 'number', 'boolean', 'strings']

/** @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` when a resource type contradicts itself. */
export function checkResourceType(name: string, type: ResourceType): void {
  const attributes = type.attributes ?? {}
  const wrong = (what: string): Error =>
    new InvalidPolicy(`Cannot read the resource type "${name}": ${what}`)
  for (const [attribute, kind] of Object.entries(attributes)) {
    if (!ATTRIBUTE.test(attribute) || FORBIDDEN.has(attribute)) {
      throw wrong(`"${attribute}" is not a name for an attribute`)
    }
    if (!KINDS.includes(kind)) {
      throw wrong(`the attribute "${attribute}" is not "string", "number", "boolean" or "strings"`)
    }
  }
  if (!Array.isArray(type.actions)) throw wrong('"actions" is not a list')
  const actions = [...type.actions, ...(type.collection ?? [])]
  const twice = actions.find((action, index) => actions.indexOf(action) !== index)
  if (twice !== undefined) throw wrong(`the action "${twice}" is there twice`)
  for (const [role, attribute] of namedAttributes(type)) {
    if (!Object.hasOwn(attributes, attribute) || attributes[attribute] !== 'string') {
      throw wrong(`"${role}" is "${attribute}", which is not among its attributes of kind "string"`)
    }
  }
}

function namedAttributes(type: ResourceType): [role: string, attribute: string][] {
  const named: [string, string][] = []
  if (type.tenant !== undefined) named.push(['tenant', type.tenant])
  if (typeof type.owner === 'string') named.push(['owner', type.owner])
  else if (type.owner !== undefined) {
    named.push(['owner', type.owner.subject], ['owner', type.owner.issuer])
  }
  return named
}

/** @returns The condition that the caller owns an object, or `null` when nobody does. */
export function ownerCondition(type: ResourceType): ConditionNode | null {
  const { owner } = type
  if (owner === undefined) return null
  if (typeof owner === 'string') return equalsCaller(owner, 'subject')
  const conditions = [equalsCaller(owner.subject, 'subject'), equalsCaller(owner.issuer, 'issuer')]
  return { op: 'and', conditions }
}

/** @returns The condition that an object is of the caller's tenant, or `null` without tenants. */
export function tenantCondition(type: ResourceType): ConditionNode | null {
  return type.tenant === undefined ? null : equalsCaller(type.tenant, 'tenant')
}

function equalsCaller(attribute: string, field: 'subject' | 'issuer' | 'tenant'): ConditionNode {
  return { op: 'eq', left: attribute, value: { caller: field } }
}
