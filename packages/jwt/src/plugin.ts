import { identity, type Mechanism } from '@latchkey/identity'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { InvalidRequest } from './errors.js'
import { registerFastifyJwt } from './fastify-jwt.js'
import { addJwksRoute } from './jwks-route.js'
import type { JwtOptions } from './options.js'
import { createRegistration } from './registration.js'
import type { Tokens } from './tokens.js'

const tokensOfMechanisms = new WeakMap<Mechanism, Tokens>()

async function plugin(app: FastifyInstance, options: JwtOptions): Promise<void> {
  const warn = (error: unknown, message: string) => app.log.warn(error, message)
  const { settings, mechanism, tokens, issuing, start, stop } = await createRegistration(
    options,
    warn,
  )
  await app.register(identity)
  app.mechanisms.register(mechanism)
  tokensOfMechanisms.set(mechanism, tokens)
  if (!app.hasDecorator('tokens')) decorate(app)
  const { jwksPath, jwksMaxAge = 300 } = options.issue ?? {}
  if (issuing !== null && jwksPath !== undefined) {
    issuing.jwks()
    addJwksRoute(app, { path: jwksPath, maxAge: jwksMaxAge, keys: issuing.jwks })
  }
  await registerFastifyJwt(app, options.fastifyJwt, settings.issuers)
  app.addHook('onReady', start)
  app.addHook('onClose', stop)
}

function decorate(app: FastifyInstance): void {
  app.decorate('tokens', {
    getter() {
      return findTokens(this as FastifyInstance, () => true)
    },
  })
  app.decorate('tokensOf', function tokensOf(this: FastifyInstance, name: string) {
    return findTokens(this, (mechanism) => mechanism.name === name)
  })
}

function findTokens(app: FastifyInstance, isWanted: (mechanism: Mechanism) => boolean): Tokens {
  for (const mechanism of app.mechanisms.list()) {
    const tokens = tokensOfMechanisms.get(mechanism)
    if (tokens !== undefined && isWanted(mechanism)) return tokens
  }
  throw new InvalidRequest('this scope has no such registration')
}

/**
 * Registers JWTs as a mechanism. May be registered several times under different names.
 *
 * @throws {FastifyError} When an option is missing or unsound; the message says what to write.
 */
export const jwt: FastifyPluginAsync<JwtOptions> = fp(plugin, {
  name: '@latchkey/jwt',
  fastify: '5.x',
})
