import { WeakSecretError } from './errors.js'

/** A secret as an application gives it: a text, taken as UTF-8, or bytes. */
export type Secret = string | Uint8Array

/** A secret with an end, for key rings. */
export interface SecretEntry {
  readonly secret: Secret
  /** Instant in seconds from which the secret neither makes nor verifies anything. */
  readonly notAfter?: number
}

/** One secret, or several of which the first is current and the others are still accepted. */
export type Secrets = Secret | SecretEntry | readonly (Secret | SecretEntry)[]

/** Secrets, or a function that fetches them, from a secret manager for instance. */
export type SecretSource = Secrets | (() => Secrets | Promise<Secrets>)

const commonWords = /change.?me|secret|password|passwd|qwerty|12345|example|default|test/gi
const leastDistinctBytes = 8

function repeatsItself(bytes: Uint8Array): boolean {
  for (let period = 1; period <= bytes.byteLength / 2; period += 1) {
    if (bytes.every((byte, index) => index < period || byte === bytes[index - period])) return true
  }
  return false
}

/** The bytes of a secret: a text as UTF-8, bytes as they are. */
export function secretBytes(secret: Secret): Uint8Array {
  return typeof secret === 'string' ? Buffer.from(secret) : secret
}

/**
 * Says what makes a secret guessable: too short, repeating itself, made of few different
 * characters, or of the words that are found in examples.
 *
 * @param leastBytes Default 32, which is 256 bits.
 * @returns The reason in words that follow "it", or `null` when nothing speaks against it. `null`
 *   is no proof: only a random generator makes secrets.
 */
export function findSecretWeakness(secret: Secret, leastBytes = 32): string | null {
  const bytes = secretBytes(secret)
  if (bytes.byteLength < leastBytes) return `is shorter than ${leastBytes} bytes`
  if (repeatsItself(bytes)) return 'repeats itself'
  if (new Set(bytes).size < leastDistinctBytes) return 'has too few different characters'
  if (typeof secret === 'string') {
    const rest = Buffer.byteLength(secret.replace(commonWords, ''))
    if (rest < Math.min(16, leastBytes)) return 'is made of words that everybody tries first'
  }
  return null
}

/**
 * Refuses a guessable secret.
 *
 * @param name What the application calls it, for the message.
 * @param leastBytes Default 32.
 * @throws {FastifyError} `LATCHKEY_TOKENS_WEAK_SECRET` when {@link findSecretWeakness} finds one.
 */
export function checkSecret(secret: Secret, name: string, leastBytes = 32): void {
  const weakness = findSecretWeakness(secret, leastBytes)
  if (weakness !== null) throw new WeakSecretError(name, weakness)
}

function isEntry(given: Secret | SecretEntry): given is SecretEntry {
  return typeof given === 'object' && 'secret' in given
}

/**
 * Calls the function of a source, if it is one, and brings what it gives into one shape: a list
 * of which the first is current.
 *
 * @param name What the application calls the option, for messages.
 * @param leastBytes Default 32.
 * @throws {FastifyError} `LATCHKEY_TOKENS_WEAK_SECRET` when a secret is guessable, or none given.
 */
export async function loadSecrets(
  source: SecretSource,
  name: string,
  leastBytes = 32,
): Promise<readonly SecretEntry[]> {
  const given = typeof source === 'function' ? await source() : source
  const list = Array.isArray(given) ? given : [given]
  const entries = list.map((one: Secret | SecretEntry) => (isEntry(one) ? one : { secret: one }))
  if (entries.length === 0) throw new WeakSecretError(name, 'is an empty list')
  for (const entry of entries) checkSecret(entry.secret, name, leastBytes)
  return entries
}
