import type { AssuranceRequirement } from './assurance.js'
import type { AttributeKind, Condition, ValueOf } from './condition.js'
import type { ResourceType } from './resource-type.js'

/** The resource types of a policy, by name. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>

type Name<Key> = Key & string

/** The permissions that are about an object: `document.edit`. */
export type ObjectPermission<Types extends ResourceTypes> = {
  [Type in Name<keyof Types>]: `${Type}.${Types[Type]['actions'][number]}`
}[Name<keyof Types>]

/** The permissions that are about a resource type as a whole: `document.create`. */
export type CollectionPermission<Types extends ResourceTypes> = {
  [Type in Name<keyof Types>]: Types[Type] extends { collection: readonly (infer Action)[] }
    ? `${Type}.${Name<Action>}`
    : never
}[Name<keyof Types>]

/** Every permission there is. */
export type AnyPermission<Types extends ResourceTypes, Plain extends string> =
  | ObjectPermission<Types>
  | CollectionPermission<Types>
  | Plain

/** The permissions of one resource type. */
export type PermissionsOf<Types extends ResourceTypes, Type extends Name<keyof Types>> =
  | `${Type}.${Types[Type]['actions'][number]}`
  | (Types[Type] extends { collection: readonly (infer Action)[] }
      ? `${Type}.${Name<Action>}`
      : never)

/** Permissions, and patterns for several. */
export type PermissionPattern<Types extends ResourceTypes, Plain extends string> =
  | AnyPermission<Types, Plain>
  | `${Name<keyof Types>}.*`
  | `*.${string}`
  | '*'
  | (Plain extends `${infer Head}.${string}` ? `${Head}.*` : never)

/**
 * The attributes of a resource type, as conditions speak of them: any, where nothing is known of
 * the type.
 */
export type AttributeValues<Type extends ResourceType> = Type extends {
  attributes: infer Attributes extends Readonly<Record<string, AttributeKind>>
}
  ? { readonly [Attribute in keyof Attributes]: ValueOf<Attributes[Attribute]> }
  : ResourceType extends Type
    ? never
    : unknown

/** The fields of a resource type; any, where it declares no attributes. */
export type FieldName<Type extends ResourceType> = Type extends {
  attributes: infer Attributes extends Readonly<Record<string, AttributeKind>>
}
  ? Name<keyof Attributes>
  : string

/** An object as decisions take it: every attribute that the type declares, `null` where unset. */
export type ResourceObject<Type extends ResourceType> = Type extends {
  attributes: infer Attributes extends Readonly<Record<string, AttributeKind>>
}
  ? { readonly [Attribute in keyof Attributes]: ValueOf<Attributes[Attribute]> | null | undefined }
  : object

/** One role of a policy. */
export interface RoleDefinition<
  Role extends string = string,
  Pattern extends string = string,
  Scope extends string = string,
> {
  /** Roles whose rights it has too. */
  readonly inherits?: readonly Role[]
  /** What it may do, without conditions (except the tenant's): permissions and patterns. */
  readonly permissions?: readonly Pattern[]
  /** Scopes that come with it, for the mechanisms in `scopesFromRoles` only. */
  readonly scopes?: readonly Scope[]
}

/** What every rule can say beside its permissions. */
export interface RuleParts<
  Role extends string = string,
  Scope extends string = string,
  Needs = never,
> {
  /** What decisions and logs call it. Default: the rule itself, in words. */
  readonly id?: string
  /** Roles, one of which the caller must have. Default: every caller. */
  readonly to?: Role | readonly Role[]
  /** Scopes, all of which the caller must have been granted. Default: none. */
  readonly scopes?: readonly Scope[]
  /** What must be true of the object or the caller. Default: nothing. */
  readonly when?: Condition<Needs>
}

/** A rule that allows. */
export interface AllowRule<
  Pattern extends string = string,
  Role extends string = string,
  Scope extends string = string,
  Needs = never,
  Field extends string = string,
> extends RuleParts<Role, Scope, Needs> {
  readonly allow: Pattern | readonly Pattern[]
  readonly deny?: never
  /** How good the login must be; where only this is missing, the decision is a challenge. */
  readonly assurance?: AssuranceRequirement
  /** Whether it reaches into other tenants. Default `false`. */
  readonly anyTenant?: boolean
  /** The fields that it opens, for masks. Default: all. */
  readonly fields?: readonly Field[]
}

/** A rule that forbids, whatever others allow. */
export interface DenyRule<
  Pattern extends string = string,
  Role extends string = string,
  Scope extends string = string,
  Needs = never,
  Field extends string = string,
> extends RuleParts<Role, Scope, Needs> {
  readonly deny: Pattern | readonly Pattern[]
  readonly allow?: never
  /** The fields that it closes, instead of the whole action. */
  readonly fields?: readonly Field[]
}

/** A rule about the objects of one resource type, for every type; or about the caller only. */
export type RuleDefinition<
  Types extends ResourceTypes = ResourceTypes,
  Plain extends string = string,
  Role extends string = string,
  Scope extends string = string,
> =
  | {
      [Type in Name<keyof Types>]:
        | AllowRule<
            PermissionsOf<Types, Type> | `${Type}.*`,
            Role,
            Scope,
            AttributeValues<Types[Type]>,
            FieldName<Types[Type]>
          >
        | DenyRule<
            PermissionsOf<Types, Type> | `${Type}.*`,
            Role,
            Scope,
            AttributeValues<Types[Type]>,
            FieldName<Types[Type]>
          >
    }[Name<keyof Types>]
  | AllowRule<PermissionPattern<Types, Plain>, Role, Scope, unknown, never>
  | DenyRule<PermissionPattern<Types, Plain>, Role, Scope, unknown, never>

/** A policy as it is written. */
export interface PolicyDefinition<
  Types extends ResourceTypes = ResourceTypes,
  Plain extends string = string,
  Role extends string = string,
  Scope extends string = string,
> {
  /** The scopes there are. Default: any name is taken; with a list, another is a boot error. */
  readonly scopes?: readonly Scope[]
  /** The kinds of things that permissions are about, by name. */
  readonly resources?: Types
  /** Permissions that are about no resource type, such as `reports.view`. */
  readonly permissions?: readonly Plain[]
  /** The roles there are, by name. Default: any name is taken. */
  readonly roles?: {
    readonly [Each in Role]: RoleDefinition<
      NoInfer<Role>,
      PermissionPattern<NoInfer<Types>, NoInfer<Plain>>,
      NoInfer<Scope>
    >
  }
  /** Rules with conditions, and denials. Their order means nothing. */
  readonly rules?: readonly RuleDefinition<
    NoInfer<Types>,
    NoInfer<Plain>,
    NoInfer<Role>,
    NoInfer<Scope>
  >[]
  /**
   * Names of mechanisms whose identities have the scopes of their roles. Default: none. A mechanism
   * that carries delegated access (OAuth tokens) does not belong here.
   */
  readonly scopesFromRoles?: readonly string[]
}
