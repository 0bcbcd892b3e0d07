/** An id and a secret. */
export interface BasicCredentials {
  readonly id: string
  readonly secret: string
}

const basicShape = /^basic +([0-9a-z+/]+={0,2})$/i

function formDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/**
 * Reads HTTP Basic credentials, both parts form-encoded (RFC 6749 §2.3.1).
 *
 * @returns `null` when they cannot be read: another scheme, no base64, no colon, no UTF-8.
 */
export function parseBasic(authorization: string): BasicCredentials | null {
  const match = basicShape.exec(authorization)
  if (match === null) return null
  const text = Buffer.from(match[1] as string, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) return null
  const id = formDecode(text.slice(0, colon))
  const secret = formDecode(text.slice(colon + 1))
  return id === null || secret === null || secret === '' ? null : { id, secret }
}
