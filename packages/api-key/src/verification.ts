import type { RevocationPolicy } from '@latchkey/store'
import type { BoundedCache } from './bounded-cache.js'
import { type CachedKey, type IdentityFrame, prepareAbsence, prepareKey } from './cached-key.js'
import type { FailureLimiter } from './failure-limiter.js'
import { hasKeyPrefix, parseKey, sliceKeyId } from './key-format.js'
import type { KeyRecord } from './record.js'
import type { KeyRepository } from './repository.js'
import type { Digester } from './secret-digest.js'
import { MALFORMED, type RefusalReason, refuseKey, throttleKey, type Verdict } from './verdict.js'

/** From where a key is presented. A Fastify request is one. */
export interface Caller {
  readonly ip: string
}

/** What verification stands on. */
export interface VerificationParts {
  readonly prefix: string
  readonly environments: readonly string[]
  readonly repository: KeyRepository
  readonly digester: Digester
  readonly cache: BoundedCache<CachedKey>
  readonly failures: FailureLimiter
  readonly frame: IdentityFrame
  readonly cacheTtl: number
  readonly negativeTtl: number
  readonly clock: () => number
  readonly whenStale: RevocationPolicy
  /** Whether a revocation may have been missed. */
  isStale(): boolean
  /** Called for every accepted key. */
  onUse(key: CachedKey, record: KeyRecord, text: string, now: number): void
}

/** Verifies keys, and forgets what it knows when told so. */
export interface Verification {
  /** @returns The verdict itself while the key is cached, a promise when the store is asked. */
  verify(text: string, caller: Caller): Verdict | Promise<Verdict>
  /** Forgets one key, so that the next request reads its record again. */
  forget(id: string): void
  /** Forgets all keys that fit. */
  forgetWhere(isUnwanted: (record: KeyRecord) => boolean): void
}

const DEGRADED: Verdict = Object.freeze({ unavailable: Object.freeze({ reason: 'degraded' }) })

/** Not decided: the owner's generation has not been looked at. */
const UNDECIDED = null

/** Builds the verification of one registration. */
export function createVerification(parts: VerificationParts): Verification {
  const { prefix, environments, repository, digester, cache, failures, clock, whenStale, isStale } =
    parts
  const underWay = new Map<string, Promise<CachedKey>>()
  let forgettings = 0

  function verify(text: string, caller: Caller): Verdict | Promise<Verdict> {
    const now = clock()
    if (!hasKeyPrefix(text, prefix)) return MALFORMED
    const id = sliceKeyId(text)
    const key = cache.get(id)
    const isUsable = key !== undefined && now < key.freshUntil
    if (!isUsable || (whenStale !== 'open' && isStale())) return ask(text, id, key, caller, now)
    return judge(key, text, caller, now) ?? decide(key, text, caller)
  }

  /** Asks the store, but only for a text that could be a key. */
  function ask(
    text: string,
    id: string,
    stale: CachedKey | undefined,
    caller: Caller,
    now: number,
  ): Verdict | Promise<Verdict> {
    const parsed = parseKey(text, prefix)
    if (parsed === null) return MALFORMED
    if (!environments.includes(parsed.environment)) return refuseKey('environment')
    if (whenStale === 'closed' && isStale()) return DEGRADED
    const isKnown = stale !== undefined && stale.record !== null
    const address = isKnown ? null : caller.ip
    const wait = address === null ? 0 : failures.admit(address, now)
    if (wait > 0) return throttleKey(wait)
    return load(id)
      .then((key) => judge(key, text, caller, now) ?? decide(key, text, caller))
      .catch((cause: unknown) => ({ unavailable: { reason: 'store', cause } }))
      .finally(() => {
        if (address !== null) failures.release(address)
      })
  }

  /** Reads a record once for all that wait for it. */
  function load(id: string): Promise<CachedKey> {
    let loading = underWay.get(id)
    if (loading === undefined) {
      loading = read(id).finally(() => {
        if (underWay.get(id) === loading) underWay.delete(id)
      })
      underWay.set(id, loading)
    }
    return loading
  }

  async function read(id: string): Promise<CachedKey> {
    const before = forgettings
    const record = await repository.load(id)
    const now = clock()
    const key =
      record === null
        ? prepareAbsence(digester, now, now + parts.negativeTtl)
        : prepareKey(record, digester, parts.frame, now + parts.cacheTtl)
    // What was read before something was forgotten may be what was to be forgotten.
    if (forgettings === before) cache.set(id, key)
    return key
  }

  async function decide(key: CachedKey, text: string, caller: Caller): Promise<Verdict> {
    const record = key.record as KeyRecord
    try {
      key.isCutOff = record.generation < (await repository.loadGeneration(record.owner))
    } catch (cause) {
      return { unavailable: { reason: 'store', cause } }
    }
    return judge(key, text, caller, clock()) as Verdict
  }

  /** Decides over what is at hand. The secret comes first, so that nothing else is told without. */
  function judge(
    key: CachedKey,
    text: string,
    caller: Caller,
    now: number,
  ): Verdict | typeof UNDECIDED {
    const { record } = key
    let isProved = false
    for (const { matches, endsAt } of key.secrets) {
      if (matches(text, now) && now < endsAt) isProved = true
    }
    if (record === null) return fail('unknown', undefined, text, caller, now)
    if (!isProved) return fail('secret', record.id, text, caller, now)
    const fault = faultOf(key, record, caller, now)
    if (fault !== null) return fail(fault, record.id, text, caller, now)
    if (key.isCutOff === null) return UNDECIDED
    if (key.isCutOff) return fail('revoked', record.id, text, caller, now)
    parts.onUse(key, record, text, now)
    return key.accepted as NonNullable<typeof key.accepted>
  }

  function fail(
    reason: RefusalReason,
    id: string | undefined,
    text: string,
    caller: Caller,
    now: number,
  ): Verdict {
    if (parseKey(text, prefix) === null) return MALFORMED
    const wait = failures.record(caller.ip, now)
    return wait > 0 ? throttleKey(wait) : refuseKey(reason, id)
  }

  return {
    verify,
    forget(id) {
      forgettings++
      underWay.delete(id)
      cache.delete(id)
    },
    forgetWhere(isUnwanted) {
      forgettings++
      underWay.clear()
      cache.deleteWhere(({ record }) => record !== null && isUnwanted(record))
    },
  }
}

function faultOf(
  key: CachedKey,
  record: KeyRecord,
  caller: Caller,
  now: number,
): RefusalReason | null {
  if (record.status !== 'active') return record.status
  if (record.expiresAt !== null && now >= record.expiresAt) return 'expired'
  if (key.allows !== null && !key.allows(caller.ip)) return 'address'
  return null
}
