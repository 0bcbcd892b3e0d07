import type { RevocationPolicy } from '@latchkey/store'
import type { CachedKey, ProvedKey } from './cached-key.js'
import type { FailureLimiter } from './failure-limiter.js'
import type { ForeignNames } from './foreign-keys.js'
import { hasKeyPrefix, parseKey, sliceKeyId } from './key-format.js'
import type { KeyShelf } from './key-shelf.js'
import type { KeyRecord } from './record.js'
import type { KeyRepository } from './repository.js'
import {
  DEGRADED,
  ELSEWHERE,
  MALFORMED,
  type RefusalReason,
  refuseKey,
  throttleKey,
  type Verdict,
} from './verdict.js'

/** From where a key is presented. A Fastify request is one. */
export interface Caller {
  readonly ip: string
}

/** What verification stands on. */
export interface VerificationParts {
  readonly prefix: string
  readonly environments: readonly string[]
  readonly shelf: KeyShelf
  readonly foreign: ForeignNames
  readonly repository: Pick<KeyRepository, 'loadGeneration'>
  readonly failures: FailureLimiter
  readonly clock: () => number
  readonly whenStale: RevocationPolicy
  /** Whether a revocation may have been missed. */
  isStale(): boolean
  /** Prepares a key whose secret has been proved. */
  prove(record: KeyRecord): ProvedKey
  /** Called for every accepted key. */
  onUse(key: CachedKey, record: KeyRecord, text: string, now: number): void
}

/**
 * Verifies a key: the verdict itself while it is cached, a promise when the store must be asked.
 */
export type Verify = (text: string, caller: Caller) => Verdict | Promise<Verdict>

/** Not decided: nobody has looked yet whether all keys of the owner have been revoked. */
const UNDECIDED = null

/** Builds the verification of one registration. */
export function createVerify(parts: VerificationParts): Verify {
  const { prefix, shelf, foreign, failures, clock, whenStale, isStale } = parts

  function verify(text: string, caller: Caller): Verdict | Promise<Verdict> {
    const now = clock()
    if (hasKeyPrefix(text, prefix)) return find(text, sliceKeyId(text), caller, now)
    if (!foreign.matches(text)) return MALFORMED
    const id = foreign.find(text, now)
    if (id === null) return fail('unknown', undefined, text, caller, now)
    if (id !== undefined) return find(text, id, caller, now)
    return ask(text, false, caller, now, async () => {
      const loaded = await foreign.load(text, now)
      if (loaded === null) return fail('unknown', undefined, text, caller, now)
      return judge(await shelf.load(loaded), text, caller)
    })
  }

  function find(text: string, id: string, caller: Caller, now: number): Verdict | Promise<Verdict> {
    const key = shelf.find(id)
    const isFresh = key !== undefined && now < key.freshUntil
    if (isFresh && (whenStale === 'open' || !isStale())) {
      return judgeNow(key, text, caller, now) ?? judge(key, text, caller)
    }
    const isKnown = key?.isThere === true
    return ask(text, isKnown, caller, now, async () => judge(await shelf.load(id), text, caller))
  }

  /** Asks the store, for a text that can be a key, and a caller who has not guessed too often. */
  function ask(
    text: string,
    isKnown: boolean,
    caller: Caller,
    now: number,
    answer: () => Promise<Verdict>,
  ): Verdict | Promise<Verdict> {
    const fault = offlineFault(text)
    if (fault !== null) return fault
    if (whenStale === 'closed' && isStale()) return DEGRADED
    const address = isKnown ? null : caller.ip
    const wait = address === null ? 0 : failures.admit(address, now)
    if (wait > 0) return throttleKey(wait)
    return answer()
      .catch((cause: unknown) => ({ unavailable: { reason: 'store', cause } }))
      .finally(() => {
        if (address !== null) failures.release(address)
      })
  }

  /** What is wrong with the text itself. A foreign one has been matched with its pattern. */
  function offlineFault(text: string): Verdict | null {
    if (!hasKeyPrefix(text, prefix)) return null
    const parsed = parseKey(text, prefix)
    if (parsed === null) return MALFORMED
    return parts.environments.includes(parsed.environment) ? null : ELSEWHERE
  }

  async function judge(key: CachedKey, text: string, caller: Caller): Promise<Verdict> {
    const verdict = judgeNow(key, text, caller, clock())
    if (verdict !== UNDECIDED) return verdict
    const { owner, generation } = key.record
    try {
      key.isCutOff = generation < (await parts.repository.loadGeneration(owner))
    } catch (cause) {
      return { unavailable: { reason: 'store', cause } }
    }
    return judgeNow(key, text, caller, clock()) as Verdict
  }

  /** Judges by what is at hand. The secret comes first, so that nothing else is told without. */
  function judgeNow(
    key: CachedKey,
    text: string,
    caller: Caller,
    now: number,
  ): Verdict | typeof UNDECIDED {
    const { isThere, record } = key
    let isProved = false
    for (const { matches, endsAt } of key.secrets) {
      if (matches(text, now) && now < endsAt) isProved = true
    }
    // All of it is looked at in any case, so that what is wrong does not show in how long it takes.
    const fault = faultOf(record, now)
    if (!isProved || fault !== null) {
      const reason = isProved && fault !== null ? fault : isThere ? 'secret' : 'unknown'
      return fail(reason, isThere ? record.id : undefined, text, caller, now)
    }
    key.proved ??= parts.prove(record)
    const { accepted, allows } = key.proved
    if (allows !== null && !allows(caller.ip)) return fail('address', record.id, text, caller, now)
    if (key.isCutOff === null) return UNDECIDED
    if (key.isCutOff) return fail('revoked', record.id, text, caller, now)
    parts.onUse(key, record, text, now)
    return accepted
  }

  function fail(
    reason: RefusalReason,
    id: string | undefined,
    text: string,
    caller: Caller,
    now: number,
  ): Verdict {
    const fault = offlineFault(text)
    if (fault !== null) return fault
    const wait = failures.record(caller.ip, now)
    return wait > 0 ? throttleKey(wait) : refuseKey(reason, id)
  }

  /** Whether the record itself speaks against the key. */
  function faultOf(record: KeyRecord, now: number): RefusalReason | null {
    if (record.status !== 'active') return record.status
    if (record.expiresAt !== null && now >= record.expiresAt) return 'expired'
    return parts.environments.includes(record.environment) ? null : 'environment'
  }

  return verify
}
