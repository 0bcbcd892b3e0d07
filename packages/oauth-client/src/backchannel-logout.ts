import { type JsonObject, sha256Base64url } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'
import { LogoutRefused } from './errors.js'
import type { House } from './house.js'
import { type ProofFault, verifyToken } from './id-token.js'
import type { Provider } from './provider.js'
import { endedSessions, type ForeignSession } from './session-links.js'
import { revokeSession } from './session-room.js'
import { tokensKey } from './token-record.js'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const OLDEST = 120

interface Logout {
  readonly foreign: ForeignSession
  readonly jti: string
  readonly expiresAt: number
}

const fault: ProofFault = (reason) => {
  throw new LogoutRefused({ cause: reason })
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** OpenID Connect Back-Channel Logout §2.6; the type is required, so that no ID token passes. */
async function verifyLogoutToken(house: House, provider: Provider, text: string): Promise<Logout> {
  const now = house.settings.now()
  const leeway = house.settings.clockTolerance
  const { issuer, claims } = await verifyToken(
    provider,
    text,
    ['logout+jwt'],
    { now, leeway },
    fault,
  )
  const { iat, exp, jti, sub, sid, events } = claims
  if ((iat as number) < now - OLDEST - leeway) fault('old')
  if ('nonce' in claims) fault('nonce')
  if (!isObject(events) || !isObject(events[EVENT])) fault('events')
  if (typeof jti !== 'string' || jti === '' || jti.length > 255) return fault('jti')
  if (sub !== undefined && typeof sub !== 'string') fault('subject')
  if (sid !== undefined && typeof sid !== 'string') fault('session')
  if (sub === undefined && sid === undefined) fault('nobody')
  return {
    foreign: {
      provider: provider.name,
      issuer,
      subject: (sub as string | undefined) ?? null,
      sid: (sid as string | undefined) ?? null,
    },
    jti,
    expiresAt: Math.ceil((exp as number) + leeway) + 1,
  }
}

/**
 * Ends what a provider says has ended, in every process. The token is noted as used only after
 * that: if the store fails in between, the provider's next attempt does the work.
 *
 * @returns How many sessions ended.
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_LOGOUT_REFUSED`, the reason as its cause.
 */
export async function receiveLogout(
  app: FastifyInstance,
  house: House,
  provider: Provider,
  text: string,
): Promise<number> {
  const { store, name } = house.settings
  const { foreign, jti, expiresAt } = await verifyLogoutToken(house, provider, text)
  const key = `${name}:logout:${sha256Base64url(JSON.stringify([foreign.issuer, jti]))}`
  if ((await store.get(key)) !== null) fault('replayed')
  let ended = 0
  for (const session of await endedSessions(house, foreign)) {
    if (await revokeSession(app, house, session)) ended += 1
    await store.delete(tokensKey(house, provider.name, session))
  }
  await store.create(key, null, { expiresAt })
  return ended
}
