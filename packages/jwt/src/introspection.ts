import { identity } from '@latchkey/identity'
import { createOutbound } from '@latchkey/tokens'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { createBearer } from './bearer.js'
import { createIntrospection } from './introspection-client.js'
import { type IntrospectionOptions, resolveIntrospection } from './introspection-options.js'

async function plugin(app: FastifyInstance, options: IntrospectionOptions): Promise<void> {
  const settings = await resolveIntrospection(options)
  const { endpoint, issuer, audience, cacheTtl, negativeTtl } = settings
  const outbound = createOutbound(options.outbound)
  outbound.checkUrl(endpoint, 'endpoint')
  const warn = (error: unknown, message: string) => app.log.warn(error, message)
  const onError = (error: unknown) => warn(error, 'A token could not be introspected')
  const { mechanism, start, stop } = await createBearer(options, settings, {
    verify: createIntrospection(settings, outbound, onError),
    outbound,
    issuer,
    bearerFormat: 'opaque',
    description: 'An access token that its issuer is asked about',
    report: () => ({
      type: 'introspection',
      algorithms: [],
      outbound: [endpoint],
      secretsAtRest: 'client secret in memory',
      issuer,
      audience,
      cacheTtl,
      negativeTtl,
    }),
    warn,
  })
  await app.register(identity)
  app.mechanisms.register(mechanism)
  app.addHook('onReady', start)
  app.addHook('onClose', stop)
}

/**
 * Registers token introspection (RFC 7662) as a mechanism, for opaque tokens. It takes every
 * bearer credential that has not the shape of another mechanism's.
 *
 * @throws {FastifyError} When an option is missing or unsound; the message says what to write.
 */
export const introspection: FastifyPluginAsync<IntrospectionOptions> = fp(plugin, {
  name: '@latchkey/jwt/introspection',
  fastify: '5.x',
})
