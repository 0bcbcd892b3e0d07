import { createIdentity, type Identity } from '@latchkey/identity'
import { type AddressRule, createAddressRule } from './address.js'
import type { KeyRecord } from './record.js'
import type { Digester, Matcher } from './secret-digest.js'

/** What is known of a key that there is. */
export interface KnownKey {
  readonly record: KeyRecord
  /** The same object for every request, so that a hit makes nothing. */
  readonly accepted: { readonly identity: Identity }
  readonly allows: AddressRule | null
}

/** A key as a process holds it: everything that can be prepared is. */
export interface CachedKey {
  /** `null`: there is no such key. */
  readonly known: KnownKey | null
  readonly secrets: readonly CachedSecret[]
  /** Instant from which the record must be read again. */
  readonly freshUntil: number
  /** Whether all keys of the owner have been revoked since; `null` until somebody has looked. */
  isCutOff: boolean | null
  /** When a use was last noted. */
  notedAt: number
}

/** One secret of a cached key. */
export interface CachedSecret {
  readonly matches: Matcher
  readonly endsAt: number
}

/** What identities of a registration have in common. */
export interface IdentityFrame {
  readonly mechanism: string
  readonly issuer: string
}

/** Prepares a record for verification. */
export function prepareKey(
  record: KeyRecord,
  digester: Digester,
  frame: IdentityFrame,
  freshUntil: number,
): CachedKey {
  return {
    known: {
      record,
      accepted: Object.freeze({ identity: identityOf(record, frame) }),
      allows: createAddressRule(record.cidrs),
    },
    secrets: record.secrets.map((secret) => ({
      matches: digester.matcher(secret),
      endsAt: secret.endsAt ?? Number.POSITIVE_INFINITY,
    })),
    freshUntil,
    isCutOff: null,
    notedAt: 0,
  }
}

/** Remembers that there is no key of an id. It is compared like a real one, to take as long. */
export function prepareAbsence(digester: Digester, freshUntil: number): CachedKey {
  return {
    known: null,
    secrets: [{ matches: digester.decoy, endsAt: 0 }],
    freshUntil,
    isCutOff: false,
    notedAt: 0,
  }
}

function identityOf(record: KeyRecord, { mechanism, issuer }: IdentityFrame): Identity {
  return createIdentity({
    subject: record.owner.id,
    issuer,
    kind: record.owner.type === 'user' ? 'user' : 'service',
    mechanism,
    credentialId: record.id,
    tenant: record.tenant ?? undefined,
    scopes: record.scopes,
    expiresAt: record.expiresAt ?? undefined,
    claims: {
      environment: record.environment,
      keyName: record.name,
      ownerType: record.owner.type,
      permissions: record.permissions,
      metadata: record.metadata,
    },
  })
}
