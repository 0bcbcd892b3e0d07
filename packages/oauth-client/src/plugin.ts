import { identity } from '@latchkey/identity'
import { createOutbound, loadSecrets, prepareSeal } from '@latchkey/tokens'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { beginSignIn } from './authorization.js'
import { createClientCredentials } from './client-credentials.js'
import { InvalidOptions } from './errors.js'
import { type House, providerOf } from './house.js'
import { type OAuthClientOptions, readOptions } from './options.js'
import { prepareProvider } from './provider.js'
import { reportProviders } from './report.js'
import { addRoutes } from './routes.js'
import { requireSessions } from './session-room.js'
import { createUserTokens } from './user-tokens.js'

async function plugin(app: FastifyInstance, options: OAuthClientOptions): Promise<void> {
  if (app.hasDecorator('oauthClient')) {
    throw new InvalidOptions('it is registered already; put all providers into one registration')
  }
  const house = await openHouse(app, options)
  await app.register(identity)
  decorate(app, house)
  const routes: FastifyPluginAsync = (scope) => addRoutes(scope, house)
  await app.register(routes)
  app.addHook('onReady', async () => {
    requireSessions(app, house.settings.session)
    await house.settings.store.ready()
  })
  app.addHook('onClose', async () => house.outbound.close())
}

async function openHouse(app: FastifyInstance, options: OAuthClientOptions): Promise<House> {
  const settings = readOptions(options)
  const seal = prepareSeal(await loadSecrets(options.secrets, 'secrets'))
  const outbound = createOutbound(options.outbound)
  const onError = (error: unknown) => app.log.warn(error, 'Keys could not be fetched')
  const providers = Object.entries(settings.providers).map(
    ([name, one]) => [name, prepareProvider(name, one, settings, outbound, onError)] as const,
  )
  return { settings, seal, outbound, providers: new Map(providers) }
}

function decorate(app: FastifyInstance, house: House): void {
  const user = createUserTokens(house)
  app.decorate('oauthClient', {
    clientCredentials: createClientCredentials(house),
    report: () => reportProviders(house),
  })
  app.decorateRequest('tokens', function tokens(provider) {
    return user.tokens(this, provider)
  } satisfies FastifyRequest['tokens'])
  app.decorateRequest('fetchAs', function fetchAs(provider, url, options = {}) {
    return user.fetchAs(this, provider, url, options)
  } satisfies FastifyRequest['fetchAs'])
  app.decorateReply('signIn', async function signIn(provider, options = {}) {
    return beginSignIn(house, providerOf(house, provider), this.request, this, options)
  } satisfies FastifyReply['signIn'])
}

/** Registers "sign in with" providers. */
export const oauthClient: FastifyPluginAsync<OAuthClientOptions> = fp(plugin, {
  name: '@latchkey/oauth-client',
  fastify: '5.x',
})
