import type { Identity } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest, preParsingHookHandler, RouteOptions } from 'fastify'
import { ChargeUnavailable, InvalidOptions, QuotaExhausted, RateLimited } from './errors.js'
import type { KeyEvents } from './events.js'
import type { Limits } from './limits.js'
import { serializeLimits, serializePolicies } from './rate-limit-fields.js'
import type { KeyRecord } from './record.js'

/** What a route says about API keys: `config: { apiKey: { cost: 5 } }`. */
export interface ApiKeyRouteConfig {
  /** What a request costs of a key's rate limit and quota: whole, 0 for nothing. Default 1. */
  readonly cost?: number
}

/**
 * Checks what a route says, when it is declared.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS`.
 */
export function checkRoute({ config, method, url }: RouteOptions): void {
  const cost = config?.apiKey?.cost
  if (cost === undefined || (Number.isSafeInteger(cost) && cost >= 0)) return
  throw new InvalidOptions(
    `Cannot declare the route ${method} ${url}: "config.apiKey.cost" is not a whole number from 0 up`,
  )
}

/** What charging stands on. */
export interface ChargingParts {
  readonly mechanism: string
  readonly limits: Limits
  readonly events: KeyEvents
  /** @returns The record of an identity whose key has limits. */
  limitedRecord(identity: Identity): KeyRecord | undefined
}

/**
 * Makes the hook that charges a request to its key: after authentication and whatever else
 * `onRequest` decides, so that a refused request costs nothing, and before the body is read.
 */
export function createCharging(parts: ChargingParts): preParsingHookHandler {
  const { mechanism, limits, limitedRecord } = parts

  return function chargeKey(request, reply, payload, done) {
    const identity = identityOf(request, mechanism)
    const record = identity === undefined ? undefined : limitedRecord(identity)
    if (record === undefined) return done(null, payload)
    const cost = request.routeOptions.config.apiKey?.cost ?? 1
    if (cost === 0) return done(null, payload)
    limits.charge(record, cost).then(
      ({ exceeded, limits: statuses }) => {
        reply.header('ratelimit-policy', serializePolicies(record))
        reply.header('ratelimit', serializeLimits(statuses))
        if (exceeded === null) return done(null, payload)
        parts.events.publish('limited', record, { reason: exceeded.policy })
        if (exceeded.resetsIn !== null) reply.header('retry-after', exceeded.resetsIn)
        done(refuse(reply, exceeded.policy === 'rate' ? new RateLimited() : new QuotaExhausted()))
      },
      (cause: unknown) => {
        reply.header('retry-after', 1)
        done(refuse(reply, new ChargeUnavailable({ cause })))
      },
    )
  }
}

function refuse(reply: FastifyReply, error: Error): Error {
  reply.header('cache-control', 'no-store')
  return error
}

function identityOf(request: FastifyRequest, mechanism: string): Identity | undefined {
  const { identity } = request
  if (identity === null) return undefined
  return identity.mechanism === mechanism ? identity : request.identities?.get(mechanism)
}
