import {
  prepareJwsSerializer,
  prepareSigningKey,
  randomBase64url,
  type SigningKey,
} from '@latchkey/tokens'
import { InvalidOptions } from './errors.js'
import type { ClientAuthMethod, Endpoints, ProviderOptions } from './provider-options.js'

/** Proves who the client is: what to add to a form, and to the headers. */
export type ClientAuth = (endpoints: Endpoints) => Promise<{
  readonly form: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}>

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION_LIFETIME = 60

/** RFC 6749 §2.3.1: both halves are form-encoded before they are put together. */
function basic(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

function findMethod(name: string, options: ProviderOptions): ClientAuthMethod | null {
  const { clientAuth, clientSecret, privateKey, makeSecret } = options
  const hasSecret = clientSecret !== undefined || makeSecret !== undefined
  if (clientSecret !== undefined && privateKey !== undefined) {
    throw new InvalidOptions(`"providers.${name}" has a "clientSecret" and a "privateKey"`)
  }
  const method = clientAuth ?? (privateKey ? 'private_key_jwt' : hasSecret ? null : 'none')
  const fits =
    method === 'private_key_jwt'
      ? privateKey !== undefined
      : method === 'none'
        ? !hasSecret && privateKey === undefined
        : hasSecret
  if (fits) return method
  throw new InvalidOptions(
    `"providers.${name}.clientAuth" is "${method}", which does not fit the "clientSecret" or "privateKey" that is given, or missing`,
  )
}

/**
 * Prepares the way in which a client proves itself. A secret goes into the `Authorization` field
 * unless the provider only takes it in the form.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_INVALID_OPTIONS`, `LATCHKEY_TOKENS_INVALID_KEYS`.
 */
export function prepareClientAuth(
  name: string,
  options: ProviderOptions,
  now: () => number,
): ClientAuth {
  const { clientId, clientSecret, privateKey, makeSecret, issuer, issuerOf, plain } = options
  const method = findMethod(name, options)
  const form = { client_id: clientId }
  if (method === 'none') return async () => ({ form, headers: {} })
  if (method === 'private_key_jwt') {
    const key: SigningKey = prepareSigningKey(privateKey as NonNullable<typeof privateKey>)
    const sign = prepareJwsSerializer(key, 'JWT')
    // Where there is no one issuer that could be meant, the endpoint is.
    const isNamed = issuerOf === undefined && plain === undefined
    return async ({ tokenEndpoint }) => {
      const iat = now()
      const assertion = await sign({
        iss: clientId,
        sub: clientId,
        aud: isNamed ? issuer : tokenEndpoint,
        jti: randomBase64url(16),
        iat,
        exp: iat + ASSERTION_LIFETIME,
      })
      return {
        form: { ...form, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion },
        headers: {},
      }
    }
  }
  return async ({ authMethods }) => {
    const secret = makeSecret === undefined ? (clientSecret as string) : await makeSecret(now())
    const onlyPost =
      authMethods.includes('client_secret_post') && !authMethods.includes('client_secret_basic')
    if (method === 'client_secret_post' || (method === null && onlyPost)) {
      return { form: { ...form, client_secret: secret }, headers: {} }
    }
    return { form: {}, headers: { authorization: basic(clientId, secret) } }
  }
}
