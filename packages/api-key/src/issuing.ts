import type { ApiKeys, NewKey } from './api-keys.js'
import { InvalidKey } from './errors.js'
import { issueKey, randomKeyId } from './key-format.js'
import { checkOwner, checkText, checkTraits } from './key-input.js'
import type { KeyRing } from './key-ring.js'
import type { KeyRecord, StoredSecret } from './record.js'
import { loadInfo } from './showing.js'

/** Makes the record of a new key, all of it checked. */
export async function prepareRecord(
  ring: KeyRing,
  key: NewKey,
  id: string,
  secret: Pick<StoredSecret, 'scheme' | 'digest'>,
): Promise<KeyRecord> {
  const { settings, repository } = ring
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
    environment: environmentOf(ring, key),
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

function environmentOf({ settings }: KeyRing, { environment }: NewKey): string {
  const known = settings.environments
  if (environment === undefined) return known[0] as string
  if (known.includes(environment)) return environment
  throw new InvalidKey(
    `Cannot use the API key's data: "environment" is not one of ${known.join(', ')}`,
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

/** The part of {@link ApiKeys} that makes secrets. */
export function createIssuing(ring: KeyRing): Pick<ApiKeys, 'create'> {
  const { settings, repository, digester, events } = ring
  return {
    async create(input) {
      const id = randomKeyId()
      const environment = environmentOf(ring, input)
      const key = issueKey(settings.prefix, { environment, id })
      const secret = digester.digest(key, settings.clock())
      const record = await prepareRecord(ring, input, id, secret)
      await repository.insert(record)
      events.publish('created', record)
      return { key, info: await loadInfo(ring, record) }
    },
  }
}
