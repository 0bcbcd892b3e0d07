import { createPublicKey } from 'node:crypto'
import type { FastifyJWTOptions } from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import { InvalidOptions } from './errors.js'
import type { SharedJwtOptions } from './options.js'
import type { TrustedIssuerOptions } from './trusted-issuer.js'

type Secret = FastifyJWTOptions['secret']

function secretOf({ keys }: TrustedIssuerOptions): Secret | null {
  if ('secret' in keys) return typeof keys.secret === 'string' ? keys.secret : null
  if (!('privateKey' in keys) || typeof keys.privateKey !== 'string') return null
  const publicKey = createPublicKey(keys.privateKey)
  return {
    private: keys.privateKey,
    public: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  }
}

function optionsFor(issuer: TrustedIssuerOptions, secret: Secret): FastifyJWTOptions {
  const { issuer: iss, profile = 'at+jwt' } = issuer
  const algorithms = issuer.algorithms as NonNullable<
    NonNullable<FastifyJWTOptions['verify']>['algorithms']
  >
  const audience = issuer.audience === false ? [] : [issuer.audience].flat()
  const [algorithm] = algorithms as [(typeof algorithms)[number]]
  const [aud] = audience
  const typ = profile === 'at+jwt' ? { header: { alg: algorithm, typ: 'at+jwt' } } : {}
  return {
    secret,
    sign: { iss, expiresIn: 600, ...(aud && { aud }), ...typ, algorithm },
    verify: {
      algorithms,
      allowedIss: iss,
      ...(aud && { allowedAud: [...audience] }),
      // Without this a token that lacks a claim passes whatever is allowed of it.
      requiredClaims: ['iss', 'exp', ...(aud ? ['aud'] : [])],
    },
  }
}

/**
 * Registers `@fastify/jwt` beside the mechanism, with the key and the rules of the first issuer
 * that has them. What it verifies does not become an identity.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS` when no issuer has a key for it.
 */
export async function registerFastifyJwt(
  app: FastifyInstance,
  wish: SharedJwtOptions['fastifyJwt'],
  issuers: readonly TrustedIssuerOptions[],
): Promise<void> {
  if (!wish || (wish === true && app.hasDecorator('jwt'))) return
  for (const issuer of issuers) {
    const secret = secretOf(issuer)
    if (secret === null) continue
    const { default: fastifyJwt } = await import('@fastify/jwt')
    await app.register(fastifyJwt, {
      ...optionsFor(issuer, secret),
      ...(wish === true ? {} : wish),
    } as FastifyJWTOptions)
    return
  }
  throw new InvalidOptions('"fastifyJwt" needs "keys.secret" or "keys.privateKey" as text')
}
