import type { Json } from '@latchkey/store'
import { isCidr } from './address.js'
import { InvalidKey } from './errors.js'
import type { KeyOwner, Quota, RateLimit } from './record.js'

/** What a new key may be told about itself; all of it may be changed later. */
export interface KeyTraits {
  /** For people; 1 to 255 characters. */
  readonly name: string
  /** What it may do (RFC 6749 §3.3): its own list, never widened by its owner's. Default none. */
  readonly scopes?: readonly string[]
  /** Finer rights, for the application's own checks. Default none. */
  readonly permissions?: readonly string[]
  /** Whatever the application wants to remember: JSON of at most 16 kB. Default nothing. */
  readonly metadata?: Readonly<Record<string, Json>>
  /** Addresses and networks that may use it, IPv4 and IPv6. Default any. */
  readonly cidrs?: readonly string[]
  /** Default none. */
  readonly rateLimit?: RateLimit | null
  /** Default none. */
  readonly quota?: Quota | null
}

const scopeShape = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/
const ownerTypes = new Set(['user', 'organization', 'service'])
const MOST_ENTRIES = 256
const MOST_METADATA = 16_384
const MOST_QUOTA = 1_000_000_000_000

function invalid(state: string): never {
  throw new InvalidKey(`Cannot use the API key's data: ${state}`)
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function checkList(name: string, list: unknown, isFit: (entry: string) => boolean): void {
  const isList = Array.isArray(list) && list.length <= MOST_ENTRIES
  if (!isList || !list.every((entry) => typeof entry === 'string' && isFit(entry))) {
    invalid(`"${name}" is not a list of at most ${MOST_ENTRIES} valid entries`)
  }
}

/** @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`. */
export function checkText(name: string, text: unknown): void {
  if (typeof text === 'string' && text.length > 0 && text.length <= 255) return
  invalid(`"${name}" is not a text of 1 to 255 characters`)
}

/** @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`. */
export function checkOwner(owner: KeyOwner): void {
  if (typeof owner !== 'object' || owner === null || !ownerTypes.has(owner.type)) {
    invalid('"owner.type" is not "user", "organization" or "service"')
  }
  checkText('owner.id', owner.id)
}

/**
 * Checks what a key is to be made of, as far as it is given.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`.
 */
export function checkTraits(traits: Partial<KeyTraits>): void {
  const { name, scopes, permissions, cidrs, metadata, rateLimit, quota } = traits
  if (name !== undefined) checkText('name', name)
  if (scopes !== undefined) checkList('scopes', scopes, (scope) => scopeShape.test(scope))
  if (permissions !== undefined) {
    checkList('permissions', permissions, (each) => scopeShape.test(each))
  }
  if (cidrs !== undefined) checkList('cidrs', cidrs, isCidr)
  if (metadata !== undefined) checkMetadata(metadata)
  if (rateLimit != null) checkRateLimit(rateLimit)
  if (quota != null) checkQuota(quota)
}

function checkMetadata(metadata: unknown): void {
  const isRecord = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  if (!isRecord || JSON.stringify(metadata).length > MOST_METADATA) {
    invalid(`"metadata" is not an object of at most ${MOST_METADATA} characters of JSON`)
  }
}

function checkRateLimit(rateLimit: RateLimit): void {
  if (!isWhole(rateLimit.limit, 1) || !isWhole(rateLimit.window, 1)) {
    invalid('"rateLimit" has no whole "limit" and "window" from 1 up')
  }
}

function checkQuota({ limit, refill }: Quota): void {
  if (!isWhole(limit, 1) || limit > MOST_QUOTA) {
    invalid(`"quota.limit" is not a whole number from 1 to ${MOST_QUOTA}`)
  }
  if (refill === null) return
  const isFit = isWhole(refill?.amount, 1) && refill.amount <= limit && isWhole(refill.interval, 1)
  if (!isFit) {
    invalid('"quota.refill" is not null, nor a whole "amount" from 1 to the limit and "interval"')
  }
}
