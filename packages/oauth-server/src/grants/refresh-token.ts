import { invalidGrant, OAuthError } from '../oauth-error.js'
import { requireParam, splitList } from '../params.js'
import {
  type Grant,
  type GrantRefresh,
  type LoadedGrant,
  loadGrant,
  replaceGrant,
  rotate,
} from '../records/grant.js'
import { endGrant } from '../revocations.js'
import { issueRefreshToken, parseRefreshToken } from '../tokens/refresh-token.js'
import { pickResource } from './derive.js'
import type { GrantType, TokenRequest } from './grant-type.js'
import { deriveTokens } from './respond.js'

/**
 * Uses a refresh token (RFC 6749 §6). It rotates with one compare-and-set; whoever sends the old
 * one again within the grace period gets the same successor, later it ends the family.
 */
export const refreshToken: GrantType = {
  type: 'refresh_token',

  async handle(request) {
    const { server, params, now } = request
    const handle = parseRefreshToken(server, requireParam(params, 'refresh_token'), now)
    if (handle === null) throw invalidGrant('not a refresh token of ours')
    const loaded = await findFamily(request, handle.id)
    const { grant } = loaded
    const resource = pickResource(request, grant)
    const scopes = narrow(request, grant)

    const { id } = handle
    const { access, response } = await deriveTokens(request, {
      id,
      grant,
      scopes,
      resource,
      isFirst: false,
    })
    const generation = await advance(request, loaded, handle.generation, access.expiresAt)
    const refresh_token = issueRefreshToken(server, { id, generation }, now)
    return {
      access,
      response: { ...response, refresh_token },
      grant: { id, subject: grant.subject },
    }
  },
}

interface Family extends LoadedGrant {
  readonly grant: Grant & { readonly refresh: GrantRefresh }
}

async function findFamily(request: TokenRequest, id: string): Promise<Family> {
  const { server, client, now } = request
  const loaded = await loadGrant(server.store, id)
  if (loaded === null) throw invalidGrant('the grant is unknown or has ended')
  const { grant } = loaded
  const { refresh } = grant
  if (grant.clientId !== client.id) throw invalidGrant('the token of another client')
  if (grant.status !== 'active' || refresh === null) throw invalidGrant('the grant is revoked')
  if (now >= refresh.endsAt) throw invalidGrant('the refresh token has expired')
  if (refresh.dpopKey !== null && refresh.dpopKey !== request.dpopKey) {
    throw invalidGrant('the refresh token is bound to another DPoP key')
  }
  return { ...loaded, grant: { ...grant, refresh } }
}

/** @returns The generation that the client is to use from now on. */
async function advance(
  request: TokenRequest,
  loaded: Family,
  presented: number,
  accessEndsAt: number,
): Promise<number> {
  const { server, now } = request
  const { refreshTokenGrace, refreshTokenIdleTtl } = server.rules
  const { refresh } = loaded.grant
  if (presented === refresh.generation - 1 && now < refresh.rotatedAt + refreshTokenGrace) {
    return refresh.generation
  }
  if (presented !== refresh.generation) {
    const { subject } = loaded.grant
    const event = { ...request.origin, clientId: request.client.id, subject, grantId: loaded.id }
    server.events.publish('refresh-reused', event)
    await endGrant(server, loaded.id, 'refresh-reuse')
    throw invalidGrant('the refresh token was used before')
  }
  if (now >= refresh.rotatedAt + refreshTokenIdleTtl) {
    throw invalidGrant('the refresh token was not used for too long')
  }
  const next = rotate(loaded.grant, refresh, now, accessEndsAt, isRotating(request, refresh))
  if (await replaceGrant(server.store, loaded, next)) return next.refresh.generation
  return advance(request, await findFamily(request, loaded.id), presented, accessEndsAt)
}

/** What nothing else holds to its client must rotate (RFC 9700 §2.2.2). */
function isRotating({ server, client }: TokenRequest, refresh: GrantRefresh): boolean {
  if (client.authMethod === 'none' && refresh.dpopKey === null) return true
  return server.rules.rotateRefreshTokens && client.rotatesRefreshTokens
}

function narrow({ params }: TokenRequest, grant: Grant): readonly string[] {
  const wanted = splitList(params.get('scope'))
  if (wanted.length === 0) return grant.scopes
  if (wanted.every((scope) => grant.scopes.includes(scope))) return wanted
  throw new OAuthError('invalid_scope', 'the scope goes beyond what was granted')
}
