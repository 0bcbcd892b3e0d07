import type { FastifyInstance } from 'fastify'

/** A route that publishes public keys. */
export interface JwksRoute {
  readonly path: string
  /** Seconds that others may keep them. */
  readonly maxAge: number
  keys(): { readonly keys: readonly object[] }
}

/** Publishes public keys (RFC 7517 §5), for everybody and with leave to keep them. */
export function addJwksRoute(app: FastifyInstance, { path, maxAge, keys }: JwksRoute): void {
  app.get(
    path,
    { config: { auth: 'public' } as object, schema: { hide: true } as object },
    (_, reply) => {
      reply
        .header('cache-control', `public, max-age=${maxAge}`)
        .header('access-control-allow-origin', '*')
        .type('application/jwk-set+json')
        .send(JSON.stringify(keys()))
    },
  )
}
