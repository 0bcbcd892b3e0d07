import { identity } from '@latchkey/identity'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { createDevelopmentMechanism } from './development-login.js'
import { addAuthorizationEndpoint } from './endpoints/authorization.js'
import { addConnectedAppsEndpoint } from './endpoints/connected-apps.js'
import { addDevelopmentLoginEndpoint } from './endpoints/development-login.js'
import { addEndSessionEndpoint } from './endpoints/end-session.js'
import { addIntrospectionEndpoint } from './endpoints/introspection.js'
import { addJwksEndpoint } from './endpoints/jwks.js'
import { addMetadataEndpoint } from './endpoints/metadata.js'
import { preparePageContext } from './endpoints/page-context.js'
import { prepareProtocolContext } from './endpoints/protocol-context.js'
import { addPushedAuthorizationEndpoint } from './endpoints/pushed-authorization.js'
import { addRegistrationEndpoints } from './endpoints/registration.js'
import { addResourceMetadataEndpoints } from './endpoints/resource-metadata.js'
import { addRevocationEndpoint } from './endpoints/revocation.js'
import { addTokenEndpoint } from './endpoints/token.js'
import { addUnknownPaths } from './endpoints/unknown-path.js'
import { addUserinfoEndpoint } from './endpoints/userinfo.js'
import { OptionsError } from './errors.js'
import { createManagement } from './management.js'
import type { OAuthServerOptions } from './options.js'
import type { Server } from './server.js'
import { createServer } from './setup.js'

function addProtocolEndpoints(scope: FastifyInstance, server: Server): void {
  prepareProtocolContext(scope, server)
  addMetadataEndpoint(scope, server)
  addResourceMetadataEndpoints(scope, server)
  addJwksEndpoint(scope, server)
  addTokenEndpoint(scope, server)
  addRevocationEndpoint(scope, server)
  addPushedAuthorizationEndpoint(scope, server)
  if (server.rules.openid) addUserinfoEndpoint(scope, server)
  addIntrospectionEndpoint(scope, server)
}

function addPages(scope: FastifyInstance, server: Server): void {
  preparePageContext(scope, server)
  addAuthorizationEndpoint(scope, server)
  addConnectedAppsEndpoint(scope, server)
  if (server.hasDevelopmentLogin) addDevelopmentLoginEndpoint(scope, server)
  if (server.rules.openid) addEndSessionEndpoint(scope, server)
}

async function plugin(app: FastifyInstance, options: OAuthServerOptions): Promise<void> {
  if (app.prefix !== '') {
    throw new OptionsError('it was registered under a prefix; put the path into "issuer" instead')
  }
  const server = await createServer(options)
  await app.register(identity)
  if (server.hasDevelopmentLogin) app.mechanisms.register(createDevelopmentMechanism(server))
  app.decorate('oauthServer', createManagement(server))
  const protocol: FastifyPluginAsync = async (scope) => addProtocolEndpoints(scope, server)
  const pages: FastifyPluginAsync = async (scope) => addPages(scope, server)
  await app.register(protocol)
  if (server.isRegistrationOpen) {
    const registration: FastifyPluginAsync = async (scope) => {
      prepareProtocolContext(scope, server)
      addRegistrationEndpoints(scope, server)
    }
    await app.register(registration)
  }
  await app.register(pages)
  await addUnknownPaths(app, server)
  app.addHook('onClose', async () => {
    await Promise.all(server.background)
    server.outbound.close()
    server.documentsOutbound.close()
    await server.replica.close()
    server.keys.close()
  })
}

/** An OAuth 2.1 authorization server as a Fastify plugin. */
export const oauthServer: FastifyPluginAsync<OAuthServerOptions> = fp(plugin, {
  name: '@latchkey/oauth-server',
  fastify: '5.x',
})
