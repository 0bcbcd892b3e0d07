import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { parseBase64url } from './base64url.js'
import { KeysError } from './errors.js'
import { prepareMac } from './mac.js'
import { randomBytes } from './random.js'
import { type SecretEntry, secretBytes } from './secret.js'

/** Encrypts what is stored, so that a stolen database yields nothing. */
export interface Seal {
  /** @param context What the text belongs to; it can be opened only with the same. */
  close(text: string, context: string): string
  /** @returns The text, or `null` when it was changed, moved, or closed with another secret. */
  open(sealed: string, context: string): string | null
}

const cipherName = 'aes-256-gcm'
const ivLength = 12
const tagLength = 16

function prepareSealKey({ secret }: SecretEntry) {
  const bytes = secretBytes(secret)
  const key = Buffer.from(hkdfSync('sha256', bytes, '', 'latchkey seal', 32))
  return { id: prepareMac(bytes)('seal key id').slice(0, 6), key }
}

/**
 * Prepares AES-256-GCM under keys derived from secrets (HKDF, RFC 5869).
 *
 * @param entries The first closes, all of them open; checked by `loadSecrets` before.
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when there is none.
 */
export function prepareSeal(entries: readonly SecretEntry[]): Seal {
  const keys = entries.map(prepareSealKey)
  const [closing] = keys
  if (closing === undefined) throw new KeysError('there is no secret to seal with')
  return {
    close(text, context) {
      const iv = randomBytes(ivLength)
      const cipher = createCipheriv(cipherName, closing.key, iv).setAAD(Buffer.from(context))
      const body = Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()])
      return `${closing.id}.${body.toString('base64url')}`
    },
    open(sealed, context) {
      const body = parseBase64url(sealed.slice(7))
      const found = keys.find((candidate) => sealed.startsWith(`${candidate.id}.`))
      if (found === undefined || body === null || body.length < ivLength + tagLength) return null
      const decipher = createDecipheriv(cipherName, found.key, body.subarray(0, ivLength))
      decipher.setAAD(Buffer.from(context)).setAuthTag(body.subarray(-tagLength))
      try {
        const start = decipher.update(body.subarray(ivLength, -tagLength))
        return Buffer.concat([start, decipher.final()]).toString()
      } catch {
        return null
      }
    },
  }
}
