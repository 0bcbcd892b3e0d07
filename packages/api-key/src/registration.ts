import type { Identity } from '@latchkey/identity'
import type { SecretEntry } from '@latchkey/tokens'
import type { FastifyBaseLogger, preParsingHookHandler } from 'fastify'
import type { ApiKeys } from './api-keys.js'
import { prepareProved } from './cached-key.js'
import { createCharging } from './charging.js'
import { createDigestUpgrade } from './digest-upgrade.js'
import { createKeyEvents } from './events.js'
import { announceExpiring } from './expiring.js'
import { createFailureLimiter } from './failure-limiter.js'
import { createForeignNames } from './foreign-keys.js'
import { createIssuing } from './issuing.js'
import { hasKeyPrefix } from './key-format.js'
import type { KeyRing } from './key-ring.js'
import { createKeyShelf } from './key-shelf.js'
import { createLastUsed } from './last-used.js'
import { createLeaks } from './leaks.js'
import { createLife } from './life.js'
import { createLimits } from './limits.js'
import type { MechanismFacts } from './mechanism.js'
import type { Settings } from './options.js'
import type { KeyRecord } from './record.js'
import { openRepository } from './repository.js'
import { followRevocations } from './revocations.js'
import { createDigester } from './secret-digest.js'
import { createShowing } from './showing.js'
import { createVerify, type Verify } from './verification.js'

/** Everything that one `register` sets up. */
export interface Registration {
  readonly apiKeys: ApiKeys
  readonly verify: Verify
  readonly charge: preParsingHookHandler
  readonly facts: MechanismFacts
  /** Whether a text claims to be a key of this registration. */
  isOurs(text: string): boolean
  /** Checks the store, and loads what is revoked. */
  start(): Promise<void>
  /** Writes what waits to be written, and lets go of the store. */
  stop(): Promise<void>
}

const SWEEP_MILLISECONDS = 3_600_000

/** Puts one registration together. */
export function createRegistration(
  settings: Settings,
  peppers: readonly SecretEntry[],
  log: FastifyBaseLogger,
): Registration {
  const { store, prefix, clock, cacheSize, cacheTtl, maxStale, negativeTtl } = settings
  const frame = { mechanism: settings.name, issuer: settings.issuer }
  const warn = (message: string) => (err: unknown) => log.warn({ err }, message)
  const limited = new WeakMap<Identity, KeyRecord>()
  const repository = openRepository(store, prefix, settings.retention)
  const digester = createDigester(peppers)
  const foreign = createForeignNames(settings.foreign, repository, cacheSize, negativeTtl)
  const shelf = createKeyShelf({ ...settings, repository, digester })
  const revocations = followRevocations({
    store,
    prefix,
    maxStale,
    cacheTtl: Math.max(cacheTtl, negativeTtl),
    clock,
    onKey(id) {
      shelf.forget(id)
      foreign.forget(id)
    },
    onOwner: ({ type, id }) =>
      shelf.forgetWhere(({ owner }) => owner.type === type && owner.id === id),
  })
  const { isStale } = revocations.replica
  const lastUsed = createLastUsed({
    store,
    prefix,
    interval: settings.lastUsedInterval,
    onError: warn('cannot write when API keys were last used'),
  })
  const onUpgradeError = warn('cannot bring the digest of an API key up to date')
  const upgrade = createDigestUpgrade(repository, digester, onUpgradeError)
  const verify = createVerify({
    ...settings,
    shelf,
    foreign,
    repository,
    failures: createFailureLimiter(settings.failures),
    isStale,
    prove(record) {
      const proved = prepareProved(record, frame)
      const { rateLimit, quota } = record
      if (rateLimit !== null || quota !== null) limited.set(proved.accepted.identity, record)
      return proved
    },
    onUse(key, record, text, now) {
      if (now - key.notedAt < settings.lastUsedInterval) return
      key.notedAt = now
      lastUsed.note(record.id, now)
      upgrade.consider(record, text, now)
    },
  })
  const limits = createLimits(store, prefix, clock)
  const events = createKeyEvents(frame, clock)
  const ring: KeyRing = { settings, repository, digester, events, revocations, lastUsed, limits }
  const life = createLife(ring)
  let sweep: NodeJS.Timeout | undefined

  return {
    verify,
    isOurs: (text) => hasKeyPrefix(text, prefix) || foreign.matches(text),
    charge: createCharging({
      mechanism: settings.name,
      limits,
      events,
      limitedRecord: (identity) => limited.get(identity),
    }),
    apiKeys: {
      name: settings.name,
      issuer: settings.issuer,
      prefix,
      ...createIssuing(ring),
      ...createShowing(ring),
      ...life,
      ...createLeaks(ring, foreign, life.revoke),
      verify: async (text, caller = { ip: '' }) => verify(text, caller),
      announceExpiring: () => announceExpiring(ring),
    },
    facts: {
      algorithms: [peppers.length === 0 ? 'SHA-256' : 'HMAC-SHA-256'],
      secretsAtRest: peppers.length === 0 ? 'SHA-256 digests' : 'HMAC-SHA-256 digests, peppered',
      revocationWindow: settings.whenStale === 'open' ? cacheTtl : Math.min(cacheTtl, maxStale),
    },
    async start() {
      await store.ready()
      await revocations.replica.ready().catch(warn('cannot follow the revocations of API keys yet'))
      const tell = warn('cannot announce the API keys that expire soon')
      sweep = setInterval(() => announceExpiring(ring).catch(tell), SWEEP_MILLISECONDS).unref()
    },
    async stop() {
      clearInterval(sweep)
      await Promise.all([lastUsed.close(), upgrade.settled()])
      await revocations.replica.close()
    },
  }
}
