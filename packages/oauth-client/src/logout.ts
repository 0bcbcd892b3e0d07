import type { FastifyReply, FastifyRequest } from 'fastify'
import type { House } from './house.js'
import type { Provider } from './provider.js'
import type { Endpoints } from './provider-options.js'
import { findSession, logOut } from './session-room.js'
import { loadTokens, tokensKey } from './token-record.js'

/**
 * Ends the session here, then says where the browser goes to end the one at the provider
 * (OpenID Connect RP-Initiated Logout). Ours ends whatever the provider does.
 */
export async function signOut(
  house: House,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const { settings } = house
  const session = await findSession(house, request, reply)
  const key = tokensKey(house, provider.name, session?.credentialId ?? '')
  const record = session === null ? null : await loadTokens(house, key)
  await logOut(house, request)
  if (record === null) return settings.afterLogout
  await settings.store.delete(key)
  const endpoints: Endpoints | null = await provider.endpoints().catch(() => null)
  const place = endpoints?.endSessionEndpoint ?? null
  if (place === null) return settings.afterLogout
  const location = new URL(place)
  const { idToken } = record.tokens
  if (idToken !== null) location.searchParams.set('id_token_hint', idToken)
  location.searchParams.set('client_id', provider.options.clientId)
  const back = settings.origin + settings.afterLogout
  location.searchParams.set('post_logout_redirect_uri', back)
  return location.href
}
