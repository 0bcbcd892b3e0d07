import type { Identity } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import type { Bags } from './bag/bags.js'
import { describeDevice } from './device.js'
import { endSession } from './end-session.js'
import { TooMany } from './errors.js'
import type { House } from './house.js'
import type { LiveFinding } from './inspect.js'
import { livingSessions } from './list-sessions.js'
import { checkLogin, type LoginDetails } from './login-details.js'
import { isSameSubject, presentSession } from './present.js'
import type { Bag, Login, SessionRecord } from './record.js'
import { rotateSession } from './rotate-session.js'
import { requireSameSite } from './same-site.js'
import { checkIdentity, sessionIdentity } from './session-identity.js'
import { endOf } from './timeouts.js'
import { createSessionId, issueToken } from './token.js'

/**
 * Logs a subject in: always with a new token. A session of the same subject goes on under it; any
 * other that the request came with is ended, and what it held is left behind.
 */
export async function logIn(
  house: House,
  bags: Bags | null,
  request: FastifyRequest,
  subject: string,
  details: LoginDetails,
): Promise<Identity> {
  checkLogin(subject, details)
  const { settings, cutoffs } = house
  requireSameSite(request, settings.trustedOrigins)
  const finding = await presentSession(house, request)
  const now = settings.now()
  const login: Login = {
    subject,
    kind: details.kind ?? 'user',
    tenant: details.tenant,
    roles: details.roles,
    scopes: details.scopes,
    claims: details.claims,
    acr: details.acr,
    amr: details.amr,
    authTime: details.authTime ?? now,
    ...(await cutoffs.look(subject)),
  }
  const fields = {
    login,
    created: now,
    seen: now,
    end: Math.min(now + settings.absoluteTimeout, details.expiresAt ?? Number.POSITIVE_INFINITY),
    device: describeDevice(request.headers['user-agent']),
    address: request.ip,
  }
  checkIdentity(fields, login, now, settings)
  const presented = finding.isLive ? finding : null
  const goneOn = await goOn(house, request, presented, fields)
  const { keep = [] } = details
  const kept = bags?.pick(request, keep) ?? pick(presented?.record.bag, keep)
  const { id, record } =
    goneOn ?? (await begin(house, request, presented, { ...fields, bag: kept }))
  if (goneOn === null) bags?.switchTo(request, id, kept)
  const identity = sessionIdentity(id, record, login, now, settings)
  request.identity = identity
  return identity
}

type Fields = Omit<SessionRecord, 'v' | 'digest' | 'login'> & { readonly login: Login }

/** Goes on with the session of the same subject, under a new token. */
async function goOn(
  house: House,
  request: FastifyRequest,
  presented: LiveFinding | null,
  fields: Fields,
): Promise<{ id: string; record: SessionRecord } | null> {
  if (presented === null || presented.isPrevious) return null
  if (!isSameSubject(presented.record, fields.login)) return null
  const record = await rotateSession(house, request, presented, (held) => ({ ...held, ...fields }))
  return record === null ? null : { id: presented.id, record }
}

async function begin(
  house: House,
  request: FastifyRequest,
  presented: LiveFinding | null,
  fields: Fields,
): Promise<{ id: string; record: SessionRecord }> {
  const { repository, settings, pending } = house
  const { subject } = fields.login
  const limit = settings.maxSessions
  const others = limit === null ? [] : await livingSessions(house, subject)
  if (limit?.policy === 'deny' && others.length >= limit.count) throw new TooMany()
  if (presented !== null) await endSession(house, presented.id, 'replaced')
  const id = createSessionId()
  const token = issueToken(id)
  const record: SessionRecord = {
    v: 1,
    digest: token.digest,
    ...fields,
    serial: limit === null ? undefined : (others.at(-1)?.record.serial ?? 0) + 1,
  }
  const end = endOf(record, settings)
  await repository.link(subject, id, end)
  await repository.create(id, record)
  if (limit !== null) await enforce(house, subject, id)
  pending.set(request, token.text, end - settings.now())
  return { id, record }
}

/** After the login, so that of several at the same time none slips through. */
async function enforce(house: House, subject: string, id: string): Promise<void> {
  const { count, policy } = house.settings.maxSessions as { count: number; policy: string }
  const living = await livingSessions(house, subject)
  if (living.length <= count) return
  if (policy === 'evict') {
    for (const oldest of living.slice(0, living.length - count)) {
      await endSession(house, oldest.id, 'revoked')
    }
  } else if (living.slice(count).some((session) => session.id === id)) {
    await endSession(house, id, 'revoked')
    throw new TooMany()
  }
}

function pick(bag: Bag = {}, keys: readonly string[]): Bag {
  return Object.fromEntries(Object.entries(bag).filter(([key]) => keys.includes(key)))
}
