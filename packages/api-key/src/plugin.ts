import { identity, type Mechanism } from '@latchkey/identity'
import { loadSecrets } from '@latchkey/tokens'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import type { ApiKeys } from './api-keys.js'
import { checkRoute } from './charging.js'
import { InvalidOptions } from './errors.js'
import { createMechanism } from './mechanism.js'
import { type ApiKeyOptions, resolveOptions } from './options.js'
import { warnOfProxies } from './proxy-warning.js'
import { redactQuery } from './redaction.js'
import { createRegistration } from './registration.js'

const keysOf = new WeakMap<Mechanism, ApiKeys>()

async function plugin(app: FastifyInstance, options: ApiKeyOptions): Promise<void> {
  const settings = resolveOptions(options)
  const peppers = options.peppers === undefined ? [] : await loadSecrets(options.peppers, 'peppers')
  await app.register(identity)
  const registration = createRegistration(settings, peppers, app.log)
  const { isOurs, verify, facts } = registration
  const mechanism = createMechanism(settings, isOurs, verify, facts)
  app.mechanisms.register(mechanism)
  keysOf.set(mechanism, registration.apiKeys)
  if (!app.hasDecorator('apiKeys')) decorate(app)
  warnOfProxies(app, settings)
  if (settings.query !== null) {
    app.log.warn(`API keys are read from the query parameter "${settings.query}": URLs are kept`)
    redactQuery(app, settings.query)
  }
  app.addHook('onRoute', checkRoute)
  app.addHook('preParsing', registration.charge)
  app.addHook('onReady', registration.start)
  app.addHook('onClose', registration.stop)
}

function decorate(app: FastifyInstance): void {
  app.decorate('apiKeys', {
    getter() {
      return findKeys(this as FastifyInstance, () => true)
    },
  })
  app.decorate('apiKeysOf', function apiKeysOf(this: FastifyInstance, name: string) {
    return findKeys(this, (mechanism) => mechanism.name === name)
  })
}

function findKeys(app: FastifyInstance, isWanted: (mechanism: Mechanism) => boolean): ApiKeys {
  for (const mechanism of app.mechanisms.list()) {
    const keys = keysOf.get(mechanism)
    if (keys !== undefined && isWanted(mechanism)) return keys
  }
  throw new InvalidOptions('Cannot find the API keys: no such registration in this scope')
}

/**
 * Registers API keys as a mechanism. May be registered several times under different names.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS`, `LATCHKEY_TOKENS_WEAK_SECRET`.
 */
export const apiKey: FastifyPluginAsync<ApiKeyOptions> = fp(plugin, {
  name: '@latchkey/api-key',
  fastify: '5.x',
})
