import { isEqualDigest } from './constant-time.js'
import { KeysError } from './errors.js'
import { type Mac, prepareMac } from './mac.js'
import { checkSecret, type SecretEntry, secretBytes } from './secret.js'

/** A prepared secret for handles. */
export interface HandleKey {
  /** Four characters computed from the secret, carried by every handle that it makes. */
  readonly id: string
  readonly mac: Mac
  readonly notAfter: number
}

/** Secrets for handles: the first that is valid makes new ones, all of them verify. */
export type HandleKeys = readonly HandleKey[]

/** What a genuine handle says. */
export interface Handle {
  readonly id: string
  /** Counts the rotations of one credential; 0 is the first. */
  readonly generation: number
}

const keyIdLength = 4
const macLength = 32
const tail = /^([0-9A-Za-z]{1,64})\.(0|[1-9][0-9]{0,9})\.([0-9A-Za-z_-]{36})$/
const prefixShape = /^[0-9A-Za-z]+(?:_[0-9A-Za-z]+)*$/
const idShape = /^[0-9A-Za-z]{1,64}$/
const mostGenerations = 9_999_999_999

/**
 * Prepares secrets for handles.
 *
 * To rotate, put a new secret first and keep the old ones until the last handle made with them
 * has expired; `notAfter` forgets them by itself. Key ids are computed, so nothing else needs to
 * be configured or kept in order between processes.
 *
 * @param entries The current secret first, each of at least 32 bytes.
 * @throws {FastifyError} `LATCHKEY_TOKENS_WEAK_SECRET` when one is guessable,
 *   `LATCHKEY_TOKENS_INVALID_KEYS` when there is none, or two are equal.
 */
export function prepareHandleKeys(entries: readonly SecretEntry[]): HandleKeys {
  const keys = entries.map(({ secret, notAfter }) => {
    checkSecret(secret, 'handle secret')
    const mac = prepareMac(secretBytes(secret))
    // A function of the secret that tells nothing else about it, and is no MAC of any handle.
    const id = mac('key id').replace(/[_-]/g, '').slice(0, keyIdLength)
    return { id, mac, notAfter: notAfter ?? Number.POSITIVE_INFINITY }
  })
  if (keys.length === 0) throw new KeysError('there is no secret for handles')
  if (new Set(keys.map((key) => key.id)).size < keys.length) {
    throw new KeysError('two secrets for handles are the same')
  }
  return keys
}

/**
 * Makes a handle, `<prefix>_<id>.<generation>.<key id><mac>`. The same arguments and key give the
 * same handle, so nothing of it needs to be stored; without the secret nobody can make one.
 *
 * All its characters are unreserved in URLs. The code is over everything before it, prefix and key
 * id included: a handle of one kind is never valid as another.
 *
 * @param prefix Letters and digits, in groups joined by `_`: it names the kind of credential.
 * @param handle `id` of 1 to 64 letters and digits, `generation` from 0 to 9999999999.
 * @param now Seconds; secrets past their `notAfter` are not used.
 * @throws {RangeError} When prefix, id or generation have another shape.
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when no secret is valid at `now`.
 */
export function issueHandle(prefix: string, handle: Handle, keys: HandleKeys, now: number): string {
  const { id, generation } = handle
  if (!prefixShape.test(prefix)) throw new RangeError('Cannot issue a handle: a strange prefix')
  if (!idShape.test(id)) throw new RangeError('Cannot issue a handle: a strange id')
  if (!Number.isInteger(generation) || generation < 0 || generation > mostGenerations) {
    throw new RangeError('Cannot issue a handle: a strange generation')
  }
  const key = keys.find((candidate) => now < candidate.notAfter)
  if (key === undefined) throw new KeysError('every secret for handles has expired')
  const signed = `${prefix}_${id}.${generation}.${key.id}`
  return signed + key.mac(signed).slice(0, macLength)
}

/**
 * Reads a handle and verifies it, without any I/O: forged ones end here, before the store.
 *
 * @param now Seconds; secrets past their `notAfter` are not used.
 * @returns What it says, or `null` when it is not one of ours, has another prefix, or was made
 *   with a secret that is no longer known.
 */
export function parseHandle(
  text: string,
  prefix: string,
  keys: HandleKeys,
  now: number,
): Handle | null {
  if (!text.startsWith(prefix) || text.charCodeAt(prefix.length) !== 95) return null
  const match = tail.exec(text.slice(prefix.length + 1))
  if (match === null) return null
  const [, id, generation, code] = match as unknown as [string, string, string, string]
  const keyId = code.slice(0, keyIdLength)
  const key = keys.find((candidate) => candidate.id === keyId && now < candidate.notAfter)
  if (key === undefined) return null
  const expected = key.mac(text.slice(0, -macLength)).slice(0, macLength)
  if (!isEqualDigest(text.slice(-macLength), expected)) return null
  return { id, generation: Number(generation) }
}
