import { requireIdentity } from '@latchkey/identity'
import { jwt } from '@latchkey/jwt'
import { oauthServer } from '@latchkey/oauth-server'
import { memoryStore } from '@latchkey/store'
import { rotatingKeyring } from '@latchkey/tokens'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import Fastify, { type FastifyInstance } from 'fastify'
import { createTools } from './tools.js'

/**
 * Builds an MCP server and the authorization server that protects it, on one origin.
 *
 * Logins are those that believe everybody, for development: an application of its own registers
 * sessions and writes the path of its login page.
 */
export async function buildServer(issuer: string): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'warn' } })
  const store = memoryStore()
  const resource = `${issuer}/mcp`
  const keyring = await rotatingKeyring({ store, seal: false })

  await app.register(oauthServer, {
    issuer,
    preset: 'mcp',
    store,
    keys: [keyring],
    registration: {},
    scopes: { 'tools:use': 'Use your tools' },
    resources: { [resource]: { name: 'The example tools', scopes: ['tools:use'] } },
  })
  await app.register(jwt, {
    store,
    issuer,
    audience: resource,
    algorithms: ['ES256'],
    keys: { keyring },
    resourceMetadata: `${issuer}/.well-known/oauth-protected-resource/mcp`,
  })

  app.post('/mcp', { onRequest: app.authenticate('jwt') }, async (request, reply) => {
    const server = createTools(requireIdentity(request))
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport as Parameters<typeof server.connect>[0])
    reply.hijack()
    await transport.handleRequest(request.raw, reply.raw, request.body)
    reply.raw.once('close', () => void server.close())
  })
  app.route({
    method: ['GET', 'DELETE'],
    url: '/mcp',
    onRequest: app.authenticate('jwt'),
    handler: (_, reply) => reply.code(405).header('allow', 'POST').send(),
  })
  return app
}
