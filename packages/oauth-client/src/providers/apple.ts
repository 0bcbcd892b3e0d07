import { type KeyInput, prepareJwsSerializer, prepareSigningKey } from '@latchkey/tokens'
import type { ClientOptions, ProviderOptions } from '../provider-options.js'
import { discovery } from './discovery.js'

const ISSUER = 'https://appleid.apple.com'
const LIFETIME = 300

/** Options of {@link apple}. */
export interface AppleOptions
  extends Omit<ClientOptions, 'clientSecret' | 'privateKey' | 'clientAuth'> {
  readonly teamId: string
  readonly keyId: string
  /** The key of the `.p8` file: PEM, ES256. */
  readonly privateKey: KeyInput
  /** Another issuer, for tests. Default `https://appleid.apple.com`. */
  readonly issuer?: string
}

/**
 * Sign in with Apple: the client secret is a short JWT that we sign, and the answer comes as a
 * form, for Apple wants that where a name or an address is asked for.
 *
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when the key cannot be used.
 */
export function apple(options: AppleOptions): ProviderOptions {
  const { teamId, keyId, privateKey, issuer = ISSUER, ...client } = options
  const key = prepareSigningKey(privateKey, { algorithm: 'ES256', kid: keyId })
  const sign = prepareJwsSerializer(key, 'JWT')
  return {
    ...discovery({ scopes: ['openid', 'name', 'email'], ...client, issuer }),
    clientAuth: 'client_secret_post',
    responseMode: 'form_post',
    makeSecret: (now) =>
      sign({ iss: teamId, sub: client.clientId, aud: issuer, iat: now, exp: now + LIFETIME }),
  }
}
