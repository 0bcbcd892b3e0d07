import type { CallerRef } from './caller.js'

/** What an attribute of a resource holds. `strings` is a list of strings. */
export type AttributeKind = 'string' | 'number' | 'boolean' | 'strings'

/** What an attribute of that kind is in TypeScript. */
export type ValueOf<Kind extends AttributeKind> = {
  string: string
  number: number
  boolean: boolean
  strings: readonly string[]
}[Kind]

/** A constant in a condition. */
export type Literal = string | number | boolean

/** The left side of a comparison: an attribute of the resource, or the caller. */
export type Left = string | CallerRef

/** The orders that numbers can be compared by, beside equality. */
export type Comparison = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'

/** A condition as data: closed, so that it can be evaluated, compiled to a query and explained. */
export type ConditionNode =
  | (Leaf & { readonly op: Comparison; readonly value: Literal | CallerRef })
  | (Leaf & { readonly op: 'in'; readonly values: readonly Literal[] | CallerRef })
  | (Leaf & { readonly op: 'contains'; readonly value: string | CallerRef })
  | (Leaf & { readonly op: 'isNull' })
  | { readonly op: 'isOwner' }
  | { readonly op: 'and' | 'or'; readonly conditions: readonly ConditionNode[] }
  | { readonly op: 'not'; readonly condition: ConditionNode }

/** A condition that compares two values. */
export type ComparisonNode = Extract<ConditionNode, { readonly op: Comparison }>

interface Leaf {
  readonly left: Left
  /** What the attribute holds; added when the condition is checked, absent for the caller. */
  readonly kind?: AttributeKind
}

/**
 * A condition on resources that have the attributes of `Needs`.
 *
 * It is true, false or *unknown*: a comparison with an attribute that is missing, `null` or of
 * another kind is unknown, as in SQL. An unknown condition never allows, and never lifts a denial.
 */
export type Condition<Needs = never> = ConditionNode & {
  /** Never there: it carries the type. */
  readonly needs?: (resource: Needs) => void
}

type Widen<Value> =
  Value extends CallerRef<infer Held>
    ? Held
    : Value extends string
      ? string
      : Value extends number
        ? number
        : Value extends boolean
          ? boolean
          : Value
type Member<List> = List extends readonly (infer Value)[] ? Widen<Value> : never
type Needing<Of extends Left, Value> = Of extends string
  ? { readonly [Name in Of]: Value }
  : unknown
type NeedsOfAll<List extends readonly Condition[]> = (
  List[number] extends infer Each
    ? Each extends Condition<infer Needs>
      ? (needs: Needs) => void
      : never
    : never
) extends (needs: infer All) => void
  ? All
  : never

/** Equal. */
export function eq<const Of extends Left, const Value extends Literal | CallerRef>(
  of: Of,
  value: Value,
): Condition<Needing<Of, Widen<Value>>> {
  return { op: 'eq', left: of, value }
}

/** Different; unknown, not true, where the attribute is missing. */
export function ne<const Of extends Left, const Value extends Literal | CallerRef>(
  of: Of,
  value: Value,
): Condition<Needing<Of, Widen<Value>>> {
  return { op: 'ne', left: of, value }
}

/** Less than; numbers only. */
export function lt<const Of extends Left>(
  of: Of,
  value: number | CallerRef,
): Condition<Needing<Of, number>> {
  return { op: 'lt', left: of, value }
}

/** At most; numbers only. */
export function lte<const Of extends Left>(
  of: Of,
  value: number | CallerRef,
): Condition<Needing<Of, number>> {
  return { op: 'lte', left: of, value }
}

/** Greater than; numbers only. */
export function gt<const Of extends Left>(
  of: Of,
  value: number | CallerRef,
): Condition<Needing<Of, number>> {
  return { op: 'gt', left: of, value }
}

/** At least; numbers only. */
export function gte<const Of extends Left>(
  of: Of,
  value: number | CallerRef,
): Condition<Needing<Of, number>> {
  return { op: 'gte', left: of, value }
}

/** One of several values, or one of a list that the caller carries. */
export function isIn<const Of extends Left, const List extends readonly Literal[] | CallerRef>(
  of: Of,
  values: List,
): Condition<Needing<Of, List extends CallerRef<infer Held> ? Member<Held> : Member<List>>> {
  return { op: 'in', left: of, values }
}

/** A list has this member, or a text this part (to the letter, no wildcards). */
export function contains<const Of extends Left>(
  of: Of,
  value: string | CallerRef,
): Condition<Needing<Of, string | readonly string[]>> {
  return { op: 'contains', left: of, value }
}

/** The attribute is missing or `null`. Never unknown. */
export function isNull<const Of extends Left>(of: Of): Condition<Needing<Of, unknown>> {
  return { op: 'isNull', left: of }
}

/** The caller owns the resource, by the attribute that its type names as `owner`. */
export function isOwner(): Condition<unknown> {
  return { op: 'isOwner' }
}

/** All of these. */
export function and<const List extends readonly Condition[]>(
  ...conditions: List
): Condition<NeedsOfAll<List>> {
  return { op: 'and', conditions }
}

/** One of these. */
export function or<const List extends readonly Condition[]>(
  ...conditions: List
): Condition<NeedsOfAll<List>> {
  return { op: 'or', conditions }
}

/** The opposite; the opposite of unknown is unknown. */
export function not<Needs>(condition: Condition<Needs>): Condition<Needs> {
  return { op: 'not', condition }
}
