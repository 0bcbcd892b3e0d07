import { isEqualDigest, sha256Base64url } from '@latchkey/tokens'
import type { Client } from '../records/client.js'

const nobodys = sha256Base64url('no client has this digest')

/** Compares a secret with the digest that is kept; a client without one has none to be wrong. */
export function isSecretOf(client: Client | null, secret: string | undefined): boolean {
  if (secret === undefined) return client?.secretDigest === undefined
  return isEqualDigest(sha256Base64url(secret), client?.secretDigest ?? nobodys)
}
