import { isEqualDigest, sha256Base64url } from '@latchkey/tokens'
import { invalidGrant } from '../oauth-error.js'
import { requireParam } from '../params.js'
import {
  activate,
  countCodeFailure,
  type Grant,
  type GrantRefresh,
  type LoadedGrant,
  loadGrant,
  replaceGrant,
} from '../records/grant.js'
import { endGrant } from '../revocations.js'
import { parseCode } from '../tokens/authorization-code.js'
import { issueRefreshToken } from '../tokens/refresh-token.js'
import { pickResource } from './derive.js'
import type { GrantType, TokenRequest } from './grant-type.js'
import { deriveTokens } from './respond.js'

const verifierShape = /^[0-9A-Za-z._~-]{43,128}$/

/** Redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.5). Everything is checked before it is consumed. */
export const authorizationCode: GrantType = {
  type: 'authorization_code',

  async handle(request) {
    const { server, now } = request
    const loaded = await findGrant(request)
    await checkVerifier(request, loaded)
    const { grant, id } = loaded
    if (grant.status !== 'code') throw await replayed(request, loaded)
    if (now >= grant.code.expiresAt) throw invalidGrant('the code has expired')
    checkKey(request, grant)
    const resource = pickResource(request, grant)

    const refresh = firstRefresh(request, loaded)
    const { scopes } = grant
    const { access, response } = await deriveTokens(request, {
      id,
      grant,
      scopes,
      resource,
      isFirst: true,
    })
    const isFirst = await replaceGrant(
      server.store,
      loaded,
      activate(grant, refresh, access.expiresAt),
    )
    if (!isFirst) throw await replayed(request, loaded)

    const more =
      refresh === null
        ? {}
        : { refresh_token: issueRefreshToken(server, { id, generation: 0 }, now) }
    return { access, response: { ...response, ...more }, grant: { id, subject: grant.subject } }
  },
}

function checkKey({ dpopKey }: TokenRequest, { code }: Grant): void {
  if (code.dpopKey !== null && code.dpopKey !== dpopKey) {
    throw invalidGrant('the code is bound to another DPoP key')
  }
}

async function findGrant({ server, client, params, now }: TokenRequest): Promise<LoadedGrant> {
  const id = parseCode(server, requireParam(params, 'code'), now)
  if (id === null) throw invalidGrant('not a code of ours')
  const loaded = await loadGrant(server.store, id)
  if (loaded === null) throw invalidGrant('the grant is unknown or has ended')
  if (loaded.grant.clientId !== client.id) throw invalidGrant('the code of another client')
  const redirectUri = params.get('redirect_uri')
  // OAuth 2.1 no longer asks for it; where it is sent, it must be the one of the request.
  if (redirectUri !== undefined && redirectUri !== loaded.grant.code.redirectUri) {
    throw invalidGrant('another redirect_uri')
  }
  return loaded
}

async function checkVerifier(request: TokenRequest, loaded: LoadedGrant): Promise<void> {
  const verifier = request.params.get('code_verifier')
  const { challenge } = loaded.grant.code
  if (challenge === null) {
    if (verifier !== undefined) throw invalidGrant('a verifier where no challenge was bound')
    return
  }
  if (verifier === undefined) throw invalidGrant('the verifier is missing')
  const isShaped = verifierShape.test(verifier)
  if (isShaped && isEqualDigest(sha256Base64url(verifier), challenge)) return
  if (loaded.grant.status === 'code') {
    await replaceGrant(request.server.store, loaded, countCodeFailure(loaded.grant))
  }
  throw invalidGrant('a wrong verifier')
}

async function replayed(request: TokenRequest, { id, grant }: LoadedGrant): Promise<Error> {
  const { server, client, origin } = request
  const { subject } = grant
  server.events.publish('code-reused', { ...origin, clientId: client.id, subject, grantId: id })
  await endGrant(server, id, 'code-reuse')
  return invalidGrant('the code was redeemed before')
}

function firstRefresh(
  { server, client, dpopKey, now }: TokenRequest,
  { grant }: LoadedGrant,
): GrantRefresh | null {
  const isAllowed =
    client.grantTypes.has('refresh_token') &&
    (server.rules.refreshTokens === 'grant-type' || grant.scopes.includes('offline_access'))
  if (!isAllowed) return null
  const endsAt = now + (client.refreshTokenTtl ?? server.rules.refreshTokenTtl)
  // A client with a credential proves itself by that; only a public one is held to its key.
  const bound = client.authMethod === 'none' ? dpopKey : null
  return { generation: 0, rotatedAt: now, endsAt, dpopKey: bound }
}
