import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { Client } from '../records/client.js'

const challengeShape = /^[0-9A-Za-z_-]{43}$/

/**
 * Checks the code challenge (RFC 7636 §4.3): S256, always.
 *
 * @returns `null` only for a legacy client that sent none.
 * @throws {OAuthError} `invalid_request`.
 */
export function checkPkce(client: Client, params: Params): string | null {
  const challenge = params.get('code_challenge')
  const method = params.get('code_challenge_method')
  if (challenge === undefined && method === undefined && !client.requirePkce) return null
  if (challenge === undefined) throw new OAuthError('invalid_request', 'code_challenge is missing')
  if (method !== 'S256') {
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256')
  }
  if (!challengeShape.test(challenge)) {
    throw new OAuthError('invalid_request', 'code_challenge is not a SHA-256 digest in base64url')
  }
  return challenge
}
