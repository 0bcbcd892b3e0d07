import type { Challenge, Mechanism, Outcome } from '@latchkey/identity'
import { isEqualDigest, sha256Base64url } from '@latchkey/tokens'
import type { FastifyRequest } from 'fastify'
import type { TokenCheck } from './csrf-token.js'
import { DUPLICATE } from './find-cookie.js'
import type { House } from './house.js'
import { type Finding, inspectToken } from './inspect.js'
import { isReading } from './present.js'
import type { Remembered } from './remembered.js'
import { safeReturnTo } from './return-to.js'
import { sessionIdentity } from './session-identity.js'
import { endOf } from './timeouts.js'
import { flat, parseSessionId } from './token.js'
import type { Toucher } from './touch.js'

const TWICE: Outcome = Object.freeze({
  refusal: Object.freeze({ reason: 'duplicate-cookie', status: 400 }),
})
const OUT_OF_TOUCH: Outcome = Object.freeze({
  unavailable: Object.freeze({ reason: 'stale-replica' }),
})

/** Makes the mechanism: cookie to identity, from memory where it can be. */
export function createMechanism(house: House, toucher: Toucher, tokens: TokenCheck): Mechanism {
  const { settings, cookie, pending, memory, cutoffs, replica } = house

  function isGood(session: Remembered, now: number): boolean {
    if (now >= session.until || now >= session.seen + settings.idleTimeout) return false
    if (session.heard === cutoffs.heard) return true
    session.heard = cutoffs.heard
    return !cutoffs.isVoid(session.identity.subject, session)
  }

  async function ask(request: FastifyRequest, id: string, text: string): Promise<Outcome> {
    const isExact = replica.isStale() && settings.whenStale === 'lookup'
    let finding: Finding
    const { heard } = cutoffs
    try {
      finding = await inspectToken(house, id, text, isExact)
    } catch (cause) {
      return { unavailable: { reason: 'store', cause } }
    }
    if (!finding.isLive) {
      if (finding.isStale) pending.clear(request)
      return null
    }
    const { record, isPrevious } = finding
    const { login } = record
    if (login === null || (isPrevious && !isReading(request))) return null
    const now = settings.now()
    const identity = sessionIdentity(flat(id), record, login, now, settings, isPrevious)
    if (isPrevious) return { identity }
    const elevatedUntil = login.elevation?.until ?? 0
    const end = endOf(record, settings)
    const session: Remembered = {
      identity,
      digest: record.digest,
      until: elevatedUntil > now ? Math.min(end, elevatedUntil) : end,
      cut: login.cut,
      cutAll: login.cutAll,
      seen: now,
      touched: record.seen,
      heard,
    }
    if (!isExact) memory.remember(id, session, finding.asOf)
    toucher.touch(id, session, now)
    return { identity }
  }

  return {
    name: settings.name,
    sources: [{ in: 'cookie', name: cookie.name }],
    ambient: true,
    trustedOrigins: settings.trustedOrigins,
    awaitsToken: tokens.await,

    authenticate(request) {
      const text = cookie.read(request)
      if (text === null) return null
      if (text === DUPLICATE) return TWICE
      const id = parseSessionId(text)
      if (id === null) {
        pending.clear(request)
        return null
      }
      if (settings.whenStale !== 'open' && replica.isStale()) {
        return settings.whenStale === 'closed' ? OUT_OF_TOUCH : ask(request, id, text)
      }
      const session = memory.recall(id)
      if (session === undefined) return ask(request, id, text)
      const now = settings.now()
      if (!isGood(session, now) || !isEqualDigest(sha256Base64url(text), session.digest)) {
        return ask(request, id, text)
      }
      session.seen = now
      toucher.touch(id, session, now)
      return { identity: session.identity }
    },

    challenge: (cause): Challenge => ({ scheme: 'Session', params: paramsOf(cause) }),

    loginLocation(request) {
      const { loginPath } = settings
      if (loginPath === null) return null
      const returnTo = safeReturnTo(request.url, '')
      if (pathOf(returnTo) === pathOf(loginPath)) return null
      if (returnTo === '' || returnTo === '/') return loginPath
      const separator = loginPath.includes('?') ? '&' : '?'
      return `${loginPath}${separator}returnTo=${encodeURIComponent(returnTo)}`
    },

    securityScheme: {
      type: 'apiKey',
      in: 'cookie',
      name: cookie.name,
      description: 'A session that was begun by logging in',
    },

    describe: () => ({
      type: 'session',
      revocationWindow: settings.whenStale === 'open' ? null : settings.maxStale,
      algorithms: ['SHA-256'],
      outbound: [],
      secretsAtRest: 'SHA-256 digests of tokens of 256 random bits',
      idleTimeout: settings.idleTimeout,
      absoluteTimeout: settings.absoluteTimeout,
      touchInterval: settings.touchInterval,
      rotationGrace: settings.rotationGrace,
      maxSessions: settings.maxSessions,
      whenStale: settings.whenStale,
      cookie: cookie.name,
      csrf: settings.csrf,
    }),
  }
}

/** A step-up speaks as RFC 9470 does, want of scope as RFC 6750. */
function paramsOf(cause: Parameters<Mechanism['challenge']>[0]): Challenge['params'] {
  if (cause === undefined) return {}
  if ('scope' in cause) return { error: cause.error, scope: cause.scope }
  if (!('acrValues' in cause || 'maxAge' in cause)) return { error: cause.error }
  return { error: cause.error, acr_values: cause.acrValues, max_age: cause.maxAge }
}

function pathOf(location: string): string {
  return location.split('?', 1)[0] as string
}
