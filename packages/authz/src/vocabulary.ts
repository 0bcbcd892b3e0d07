import { InvalidPolicy, UnknownName } from './errors.js'
import { isPattern, parsePermission } from './permission.js'
import type { PolicyDefinition } from './policy-definition.js'
import { type Attributes, checkResourceType, type ResourceType } from './resource-type.js'

/** One permission that the policy knows. */
export interface Permission {
  readonly name: string
  readonly segments: readonly string[]
  /** The resource type that it is about. */
  readonly typeName: string | null
  readonly type: ResourceType | null
  /** What conditions on its objects may speak of. */
  readonly attributes: Attributes
  /** Whether it is about one object, so that it cannot be decided without. */
  readonly isOnObject: boolean
}

/** Every permission there is, by name. */
export type Vocabulary = ReadonlyMap<string, Permission>

/**
 * Collects the permissions of a policy: those of its resource types and its list, or where it has
 * neither, those that its roles and rules name in full.
 *
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY`.
 */
export function collectVocabulary(definition: PolicyDefinition): Vocabulary {
  const words = new Map<string, Permission>()
  const add = (name: string, typeName: string | null, isOnObject: boolean): void => {
    const segments = parsePermission(
      name,
      typeName === null ? 'the permissions' : `the resource type "${typeName}"`,
    )
    if (isPattern(name))
      throw new InvalidPolicy(`Cannot read the permissions: "${name}" is a pattern`)
    const type = typeName === null ? null : (definition.resources?.[typeName] as ResourceType)
    words.set(name, {
      name,
      segments,
      typeName,
      type,
      attributes: type?.attributes ?? {},
      isOnObject,
    })
  }
  for (const [typeName, type] of Object.entries(definition.resources ?? {})) {
    checkResourceType(typeName, type)
    for (const action of type.actions) add(`${typeName}.${action}`, typeName, true)
    for (const action of type.collection ?? []) add(`${typeName}.${action}`, typeName, false)
  }
  for (const name of definition.permissions ?? []) {
    if (words.has(name))
      throw new InvalidPolicy(`Cannot read the permissions: "${name}" is there twice`)
    add(name, null, false)
  }
  if (definition.resources === undefined && definition.permissions === undefined) {
    for (const name of namedPermissions(definition)) if (!isPattern(name)) add(name, null, false)
  }
  return words
}

function namedPermissions(definition: PolicyDefinition): string[] {
  const ofRoles = Object.values(definition.roles ?? {}).flatMap((role) => role.permissions ?? [])
  const ofRules = (definition.rules ?? []).flatMap((rule) => rule.allow ?? rule.deny)
  return [...ofRoles, ...ofRules]
}

/**
 * @throws {Error} `LATCHKEY_AUTHZ_UNKNOWN_NAME`, naming the permissions that there are.
 */
export function requirePermission(words: Vocabulary, name: string, where: string): Permission {
  const found = words.get(name)
  if (found !== undefined) return found
  throw unknownPermission(words, name, where)
}

/** @returns What to throw for a permission that nobody declared. */
export function unknownPermission(words: Vocabulary, name: string, where: string): Error {
  const names = [...words.keys()].map((each) => `"${each}"`).join(', ')
  const there = names === '' ? 'it declares none' : `there is ${names}`
  return new UnknownName(
    `Cannot read ${where}: the policy has no permission "${String(name)}"; ${there}`,
  )
}
