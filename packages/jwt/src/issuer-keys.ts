import {
  findVerificationKey,
  isSymmetric,
  prepareJwkSet,
  prepareVerificationKey,
  remoteKeys,
  type VerificationKey,
} from '@latchkey/tokens'
import { discoverJwksUri, metadataUrls } from './discovery.js'
import { InvalidOptions } from './errors.js'
import type { KeySource, KeySourceContext, KeysOption } from './key-source.js'
import { inventory, privateKeys, ringKeys, secretKeys } from './own-keys.js'

const advisedModulusBytes = 384

function writtenKeys(
  keys: readonly VerificationKey[],
  { issuer, onAdvice }: KeySourceContext,
): KeySource {
  const short = keys.filter(
    ({ publicJwk: { n } }) => n && Buffer.byteLength(n, 'base64url') < advisedModulusBytes,
  )
  if (short.length > 0) onAdvice(`An RSA key of "${issuer}" has less than 3072 bits`)
  return {
    find: (algorithm, kid, now) => findVerificationKey(keys, algorithm, kid, now),
    signingKey: null,
    jwks: null,
    outbound: [],
    secretsAtRest: 'none',
    describe: () => inventory(keys),
  }
}

function publishedKeys(
  urls: readonly string[],
  url: string | (() => Promise<string>),
  context: KeySourceContext,
): KeySource {
  const { outbound, clock, onError, maxKeysStale } = context
  for (const one of urls) outbound.checkUrl(one, 'keys')
  const keys = remoteKeys({ url, outbound, now: clock, onError, maxStale: maxKeysStale })
  return {
    find: (algorithm, kid) => keys.find(algorithm, kid),
    signingKey: null,
    jwks: null,
    outbound: urls,
    secretsAtRest: 'none',
    describe: () => ({ ...keys.describe() }),
  }
}

function checkFamily(option: KeysOption, { algorithms }: KeySourceContext): void {
  const takesSecret = 'secret' in option
  const wrong = algorithms.find((algorithm) => isSymmetric(algorithm) !== takesSecret)
  if (wrong === undefined) return
  throw new InvalidOptions(
    takesSecret
      ? `"${wrong}" in "algorithms" needs a key pair, but "keys" is a secret`
      : `"${wrong}" in "algorithms" needs a secret, but "keys" are public: anybody could sign with them`,
  )
}

/**
 * Prepares the keys of an issuer.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS` when they do not fit the algorithms;
 *   `LATCHKEY_TOKENS_INVALID_KEYS`, `LATCHKEY_TOKENS_WEAK_SECRET` or
 *   `LATCHKEY_TOKENS_OUTBOUND_URL` when they cannot be used.
 */
export async function openKeys(option: KeysOption, context: KeySourceContext): Promise<KeySource> {
  if (Object.keys(option).length !== 1) {
    throw new InvalidOptions('"keys" takes exactly one of its members')
  }
  checkFamily(option, context)
  if ('secret' in option) return secretKeys(option.secret, context)
  if ('privateKey' in option) return privateKeys(option.privateKey, context)
  if ('keyring' in option) return ringKeys(option.keyring, context)
  if ('publicKey' in option) {
    return writtenKeys([prepareVerificationKey(option.publicKey)], context)
  }
  if ('jwks' in option) return writtenKeys(prepareJwkSet(option.jwks), context)
  if ('jwksUri' in option) return publishedKeys([option.jwksUri], option.jwksUri, context)
  const { issuer, outbound } = context
  outbound.checkUrl(issuer, 'issuer')
  const discover = () => discoverJwksUri(issuer, outbound)
  return publishedKeys(metadataUrls(issuer), discover, context)
}
