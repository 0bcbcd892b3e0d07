import { createIdentity, type Identity } from '@latchkey/identity'
import { type AddressRule, createAddressRule } from './address.js'
import type { KeyRecord } from './record.js'
import type { Digester, Matcher } from './secret-digest.js'

/** A key as a process holds it: everything that can be prepared is. */
export interface CachedKey {
  /** `false`: there is no such key, and the record is a decoy. */
  readonly isThere: boolean
  readonly record: KeyRecord
  readonly secrets: readonly CachedSecret[]
  /** Instant from which the record must be read again. */
  readonly freshUntil: number
  /** Whether all keys of the owner have been revoked since; `null` until somebody has looked. */
  isCutOff: boolean | null
  /** When a use was last noted. */
  notedAt: number
  /** What an accepted request needs; made when the secret has been proved for the first time. */
  proved: ProvedKey | null
}

/** What a caller gets who has proved the secret. */
export interface ProvedKey {
  /** The same object for every request, so that a hit makes nothing. */
  readonly accepted: { readonly identity: Identity }
  readonly allows: AddressRule | null
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

/**
 * Prepares a record for the comparison of secrets, and for nothing else yet: a known id must not
 * take longer than an unknown one to who does not know the secret.
 */
export function prepareKey(record: KeyRecord, digester: Digester, freshUntil: number): CachedKey {
  return {
    isThere: true,
    record,
    secrets: record.secrets.map((secret) => ({
      matches: digester.matcher(secret),
      endsAt: secret.endsAt ?? Number.POSITIVE_INFINITY,
    })),
    freshUntil,
    isCutOff: null,
    notedAt: 0,
    proved: null,
  }
}

/**
 * Remembers that there is no key of an id. Reading and comparing take about as long as with a key:
 * there is as much to parse, and a secret that nothing matches.
 */
export function prepareAbsence(digester: Digester, freshUntil: number): CachedKey {
  const record = JSON.parse(DECOY) as KeyRecord
  return {
    isThere: false,
    record,
    secrets: record.secrets.map(() => ({
      matches: digester.decoy(),
      endsAt: Number.POSITIVE_INFINITY,
    })),
    freshUntil,
    isCutOff: false,
    notedAt: 0,
    proved: null,
  }
}

/** Prepares what an accepted request needs. */
export function prepareProved(record: KeyRecord, frame: IdentityFrame): ProvedKey {
  return {
    accepted: Object.freeze({ identity: identityOf(record, frame) }),
    allows: createAddressRule(record.cidrs),
  }
}

const DECOY = JSON.stringify({
  v: 1,
  id: '0'.repeat(16),
  name: 'a key as they usually are',
  owner: { type: 'user', id: '0'.repeat(16) },
  tenant: null,
  environment: 'live',
  scopes: ['orders:read', 'orders:write'],
  permissions: [],
  metadata: {},
  cidrs: [],
  rateLimit: null,
  quota: null,
  createdAt: 0,
  createdBy: null,
  expiresAt: 0,
  generation: 0,
  status: 'active',
  revokedAt: null,
  revokedFor: null,
  announced: null,
  secrets: [{ scheme: 'sha256', digest: '0'.repeat(43), createdAt: 0, endsAt: null }],
} satisfies KeyRecord)

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
