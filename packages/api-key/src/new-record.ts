import type { NewKey } from './api-keys.js'
import { InvalidKey } from './errors.js'
import { checkOwner, checkText, checkTraits } from './key-input.js'
import type { KeyRing } from './key-ring.js'
import type { Settings } from './options.js'
import type { KeyRecord, StoredSecret } from './record.js'

/**
 * Makes the record of a new key, all of it checked.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`.
 */
export async function prepareRecord(
  { settings, repository }: KeyRing,
  key: NewKey,
  id: string,
  secret: Pick<StoredSecret, 'scheme' | 'digest'>,
): Promise<KeyRecord> {
  const { owner, tenant, createdBy } = key
  checkOwner(owner)
  checkText('name', key.name)
  checkTraits(key)
  if (tenant !== undefined) checkText('tenant', tenant)
  if (createdBy !== undefined) checkText('createdBy', createdBy)
  const now = Math.floor(settings.clock())
  return {
    v: 1,
    id,
    name: key.name,
    owner: { type: owner.type, id: owner.id },
    tenant: tenant ?? (owner.type === 'organization' ? owner.id : null),
    environment: environmentOf(settings, key),
    scopes: [...(key.scopes ?? [])],
    permissions: [...(key.permissions ?? [])],
    metadata: key.metadata ?? {},
    cidrs: [...(key.cidrs ?? [])],
    rateLimit: key.rateLimit ?? null,
    quota: key.quota ?? null,
    createdAt: now,
    createdBy: createdBy ?? null,
    expiresAt: expiryOf(key.expiresAt, now + settings.defaultLifetime, now),
    generation: await repository.loadGeneration(owner),
    status: 'active',
    revokedAt: null,
    revokedFor: null,
    announced: null,
    secrets: [{ ...secret, createdAt: now, endsAt: null }],
  }
}

/**
 * The environment of a new key.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID` when it is not one of the registration.
 */
export function environmentOf(
  { environments }: Settings,
  { environment }: Pick<NewKey, 'environment'>,
): string {
  if (environment === undefined) return environments[0] as string
  if (environments.includes(environment)) return environment
  throw new InvalidKey(
    `Cannot use the API key's data: "environment" is not one of ${environments.join(', ')}`,
  )
}

/**
 * Checks an expiry that was asked for.
 *
 * @param otherwise What `undefined` means.
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID` when it is no instant after now.
 */
export function expiryOf(
  asked: number | null | undefined,
  otherwise: number | null,
  now: number,
): number | null {
  if (asked === undefined) return otherwise
  if (asked === null) return null
  if (Number.isFinite(asked) && asked > now && asked < 1e11) return Math.floor(asked)
  throw new InvalidKey(
    'Cannot use the API key\'s data: "expiresAt" is not an instant in seconds after now, nor null',
  )
}
