import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { OAuthError } from '../oauth-error.js'
import type { Server } from '../server.js'
import { prepareProtocolContext } from './protocol-context.js'

const own = ['token', 'revoke', 'introspect', 'par', 'userinfo', 'register', 'jwks']

/**
 * Answers unknown paths in the shape of OAuth: all below the path of the issuer, or, where it has
 * none, those below the endpoints of clients. Other paths are the application's.
 */
export async function addUnknownPaths(app: FastifyInstance, server: Server): Promise<void> {
  const { basePath } = server
  const unknown: FastifyPluginAsync = async (scope) => {
    prepareProtocolContext(scope, server)
    scope.setNotFoundHandler(async () => {
      throw new OAuthError('invalid_request', 'there is nothing at this address', { status: 404 })
    })
  }
  const prefixes = basePath === '' ? own.map((name) => `/${name}`) : [basePath]
  for (const prefix of prefixes) await app.register(unknown, { prefix })
}
