import { randomBase62, randomBase64url, sha256Base64url } from '@latchkey/tokens'

const ID_LENGTH = 22
const TOKEN = /^[0-9A-Za-z]{22}\.[\w-]{43}$/

/** What the cookie carries, and what the store keeps of it. */
export interface IssuedToken {
  /** The cookie's value: public id and 256 random bits. */
  readonly text: string
  /** Goes into the record. */
  readonly digest: string
}

/** Draws a public session id: it names the record, and proves nothing. */
export function createSessionId(): string {
  return randomBase62(ID_LENGTH)
}

/**
 * Copies a text: what was cut out of a longer one, such as a `Cookie` field, or put together from
 * several, would otherwise keep all of them in memory for as long as it lives itself.
 */
export function flat(text: string): string {
  return Buffer.from(text).toString()
}

/** Whether a text may be a public session id. */
export function isSessionId(text: string): boolean {
  return /^[0-9A-Za-z]{22}$/.test(text)
}

/** Draws the token of a session. */
export function issueToken(id: string): IssuedToken {
  const text = `${id}.${randomBase64url(32)}`
  return { text, digest: sha256Base64url(text) }
}

/**
 * Reads the public session id out of a cookie's value, which it does not prove.
 *
 * @returns The id, or `null` when the value is not one of ours: it ends here, before the store.
 */
export function parseSessionId(text: string): string | null {
  return TOKEN.test(text) ? text.slice(0, ID_LENGTH) : null
}
