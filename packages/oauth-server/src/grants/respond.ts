import type { Grant } from '../records/grant.js'
import type { Resource } from '../resources.js'
import { type IssuedAccessToken, issueAccessToken } from '../tokens/access-token.js'
import { issueIdToken } from '../tokens/id-token.js'
import { checkStanding } from './derive.js'
import type { TokenRequest, TokenResponse } from './grant-type.js'

/** What is derived from a grant. */
export interface Derivation {
  readonly id: string
  readonly grant: Grant
  readonly scopes: readonly string[]
  readonly resource: Resource
  /** Whether the grant is redeemed, not refreshed. */
  readonly isFirst: boolean
}

/** Tokens that were made, but count only once the grant says so. */
export interface Derived {
  readonly access: IssuedAccessToken
  readonly response: TokenResponse
}

/**
 * Makes what a grant gives: an access token, and an ID token where it is OpenID Connect.
 *
 * @throws {OAuthError} `invalid_grant` when the user no longer stands behind it.
 */
export async function deriveTokens(
  request: TokenRequest,
  derivation: Derivation,
): Promise<Derived> {
  const { server, client, dpopKey, now } = request
  const { id, grant, scopes, resource, isFirst } = derivation
  const claims = await checkStanding(request, grant)
  const access = await issueAccessToken(
    server,
    { client, grant: { id, record: grant }, scopes, resource, dpopKey },
    now,
  )
  const { openid } = grant
  const idToken =
    openid !== null && scopes.includes('openid')
      ? await issueIdToken(
          server,
          { client, grant, openid, claims, accessToken: access.token, isFirst },
          now,
        )
      : null
  const response = tokenResponse(access, dpopKey)
  return { access, response: idToken === null ? response : { ...response, id_token: idToken } }
}

/** Writes an access token down (RFC 6749 §5.1). */
export function tokenResponse(access: IssuedAccessToken, dpopKey: string | null): TokenResponse {
  return {
    access_token: access.token,
    token_type: dpopKey === null ? 'Bearer' : 'DPoP',
    expires_in: access.expiresIn,
    scope: access.scopes.join(' '),
  }
}
