import type { Identity } from '@latchkey/identity'

/** The text fields of an identity that conditions can speak of. */
export type CallerText =
  | 'subject'
  | 'issuer'
  | 'kind'
  | 'mechanism'
  | 'credentialId'
  | 'clientId'
  | 'tenant'
  | 'acr'

/** The list fields of an identity that conditions can speak of. */
export type CallerList = 'scopes' | 'roles' | 'amr'

/** A field of the caller's identity; a claim by `claims.` and its whole name. */
export type CallerField = CallerText | CallerList | 'authTime' | `claims.${string}`

/** What a condition compares with, known only when a caller asks. Made by {@link caller}. */
export interface CallerRef<Value = unknown> {
  readonly caller: CallerField
  /** Never there: it carries the type. */
  readonly value?: Value
}

/** What a field of the caller holds, as far as it is known when the policy is written. */
export type CallerValue<Field extends CallerField> = Field extends CallerText
  ? string
  : Field extends CallerList
    ? readonly string[]
    : Field extends 'authTime'
      ? number
      : unknown

type Read = (identity: Identity) => unknown

/** One function for each field: a look-up by name costs as much as the comparison. */
const READERS: Readonly<Record<Exclude<CallerField, `claims.${string}`>, Read>> = {
  subject: ({ subject }) => subject,
  issuer: ({ issuer }) => issuer,
  kind: ({ kind }) => kind,
  mechanism: ({ mechanism }) => mechanism,
  credentialId: ({ credentialId }) => credentialId,
  clientId: ({ clientId }) => clientId,
  tenant: ({ tenant }) => tenant,
  acr: ({ acr }) => acr,
  scopes: ({ scopes }) => scopes,
  roles: ({ roles }) => roles,
  amr: ({ amr }) => amr,
  authTime: ({ authTime }) => authTime,
}

/**
 * Refers to the caller in a condition: `eq('ownerId', caller('subject'))`.
 *
 * @param field Such as `subject`, `tenant`, `roles` or `claims.department`.
 */
export function caller<const Field extends CallerField>(
  field: Field,
): CallerRef<CallerValue<Field>> {
  return Object.freeze({ caller: field })
}

/** Whether a value refers to the caller. */
export function isCallerRef(value: unknown): value is CallerRef {
  return typeof value === 'object' && value !== null && 'caller' in value
}

/** Whether the reference names a field that there is. */
export function isKnownField(field: unknown): boolean {
  return typeof field === 'string' && (Object.hasOwn(READERS, field) || /^claims\../.test(field))
}

/** @returns A function that reads the field; `undefined` stands for what is not known. */
export function readerOf(field: CallerField): Read {
  if (field.startsWith('claims.')) {
    const claim = field.slice('claims.'.length)
    return (identity) => identity.claims[claim]
  }
  return READERS[field as keyof typeof READERS]
}
