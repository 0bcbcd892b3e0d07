import { crc32Base62, randomBase62 } from '@latchkey/tokens'

/** What the text of a key says, without any I/O. */
export interface ParsedKey {
  /** Such as `live` or `test`. */
  readonly environment: string
  /** The public id: what to log, index and revoke by. */
  readonly id: string
}

const ID_LENGTH = 16
/** How many base62 characters a key's secret has: 256 bits. */
export const SECRET_LENGTH = 43
const CHECKSUM_LENGTH = 6
const ID_END = SECRET_LENGTH + CHECKSUM_LENGTH + 2
const ID_START = ID_END + ID_LENGTH

const afterPrefix = /^([a-z0-9]{1,16})_([0-9A-Za-z]{16})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/
const prefixShape = /^(?=.{2,32}$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const environmentShape = /^[a-z0-9]{1,16}$/
const idShape = /^[0-9A-Za-z]{16}$/

/** Whether a text can be the prefix of keys: 2 to 32 lower-case letters, digits and single `_`. */
export function isPrefix(text: unknown): text is string {
  return typeof text === 'string' && prefixShape.test(text)
}

/** Whether a text can name an environment: 1 to 16 lower-case letters and digits. */
export function isEnvironment(text: unknown): text is string {
  return typeof text === 'string' && environmentShape.test(text)
}

/** Whether a text can be a key's id. */
export function isKeyId(text: unknown): text is string {
  return typeof text === 'string' && idShape.test(text)
}

/** Whether a text claims to be a key of this prefix; cheap, and no verification. */
export function hasKeyPrefix(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && text.charCodeAt(prefix.length) === 0x5f
}

/** The id at its place in a text that {@link parseKey} would take; of any other text, rubbish. */
export function sliceKeyId(text: string): string {
  return text.slice(-ID_START, -ID_END)
}

/**
 * Splits a presented API key into its parts, without any I/O.
 *
 * @param text The key as the caller sent it.
 * @returns The parts, or `null` when it is not one of ours: wrong prefix, wrong length, or a
 *   checksum that does not match. Floods of invented keys end here, before the store.
 */
export function parseKey(text: string, prefix: string): ParsedKey | null {
  if (!hasKeyPrefix(text, prefix)) return null
  const match = afterPrefix.exec(text.slice(prefix.length + 1))
  if (match === null) return null
  if (crc32Base62(text.slice(0, -CHECKSUM_LENGTH - 1)) !== text.slice(-CHECKSUM_LENGTH)) return null
  return { environment: match[1] as string, id: match[2] as string }
}

/** Draws the id of a new key. */
export function randomKeyId(): string {
  return randomBase62(ID_LENGTH)
}

/**
 * Makes the text of a key with a new secret:
 * `<prefix>_<environment>_<id>_<secret>_<checksum>`.
 */
export function issueKey(prefix: string, { environment, id }: ParsedKey): string {
  const text = `${prefix}_${environment}_${id}_${randomBase62(SECRET_LENGTH)}`
  return `${text}_${crc32Base62(text)}`
}

/**
 * The pattern by which secret scanners find the keys of a prefix, understood alike by JavaScript,
 * RE2 (gitleaks, GitHub) and PCRE.
 *
 * @param environments Narrows it to these. Default: any.
 * @throws {RangeError} When the prefix, or an environment, is not one that keys can have.
 */
export function keyPattern(prefix: string, environments: readonly string[] = []): string {
  if (!isPrefix(prefix) || !environments.every(isEnvironment)) {
    throw new RangeError('Cannot write the key pattern: the prefix or an environment is strange')
  }
  const environment = environments.length === 0 ? '[a-z0-9]{1,16}' : `(?:${environments.join('|')})`
  return String.raw`\b${prefix}_${environment}_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b`
}
