import type { SecretEntry } from '@latchkey/tokens'
import type { FastifyBaseLogger } from 'fastify'
import type { ApiKeys } from './api-keys.js'
import { createBoundedCache } from './bounded-cache.js'
import type { CachedKey } from './cached-key.js'
import { createKeyEvents } from './events.js'
import { createFailureLimiter } from './failure-limiter.js'
import { createIssuing } from './issuing.js'
import type { KeyRing } from './key-ring.js'
import { createLastUsed } from './last-used.js'
import { createLife } from './life.js'
import { createLimits } from './limits.js'
import type { MechanismFacts } from './mechanism.js'
import type { Settings } from './options.js'
import { openRepository } from './repository.js'
import { followRevocations } from './revocations.js'
import { createDigester } from './secret-digest.js'
import { createShowing } from './showing.js'
import { createVerification, type Verification } from './verification.js'

/** Everything that one `register` sets up. */
export interface Registration {
  readonly apiKeys: ApiKeys
  readonly verification: Verification
  readonly facts: MechanismFacts
  /** Checks the store, and loads what is revoked. */
  start(): Promise<void>
  /** Writes what waits to be written, and lets go of the store. */
  stop(): Promise<void>
}

/** Puts one registration together. */
export function createRegistration(
  settings: Settings,
  peppers: readonly SecretEntry[],
  log: FastifyBaseLogger,
): Registration {
  const { store, prefix, clock, cacheTtl, maxStale } = settings
  const frame = { mechanism: settings.name, issuer: settings.issuer }
  const repository = openRepository(store, prefix, settings.retention)
  const digester = createDigester(peppers)
  const revocations = followRevocations({
    store,
    prefix,
    maxStale,
    cacheTtl,
    clock,
    onKey: (id) => verification.forget(id),
    onOwner: ({ type, id }) =>
      verification.forgetWhere(({ owner }) => owner.type === type && owner.id === id),
  })
  const lastUsed = createLastUsed({
    store,
    prefix,
    interval: settings.lastUsedInterval,
    onError: (err) => log.warn({ err }, 'cannot write when API keys were last used'),
  })
  const verification = createVerification({
    ...settings,
    repository,
    digester,
    cache: createBoundedCache<CachedKey>(settings.cacheSize),
    failures: createFailureLimiter(settings.failures),
    frame,
    isStale: revocations.replica.isStale,
    onUse(key, record, _text, now) {
      if (now - key.notedAt < settings.lastUsedInterval) return
      key.notedAt = now
      lastUsed.note(record.id, now)
    },
  })
  const limits = createLimits(store, prefix, clock)
  const events = createKeyEvents(frame, clock)
  const ring: KeyRing = { settings, repository, digester, events, revocations, lastUsed, limits }

  return {
    verification,
    apiKeys: {
      name: settings.name,
      prefix,
      ...createIssuing(ring),
      ...createShowing(ring),
      ...createLife(ring),
      verify: async (text, caller = { ip: '' }) => verification.verify(text, caller),
    },
    facts: {
      algorithms: [peppers.length === 0 ? 'SHA-256' : 'HMAC-SHA-256'],
      secretsAtRest: peppers.length === 0 ? 'SHA-256 digests' : 'HMAC-SHA-256 digests, peppered',
      revocationWindow: settings.whenStale === 'open' ? cacheTtl : Math.min(cacheTtl, maxStale),
    },
    async start() {
      await store.ready()
      await revocations.replica.ready().catch((err: unknown) => {
        log.warn({ err }, 'cannot follow revocations of API keys yet')
      })
    },
    async stop() {
      await lastUsed.close()
      await revocations.replica.close()
    },
  }
}
