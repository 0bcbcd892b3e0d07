import {
  type Algorithm,
  generatePrivateJwk,
  type JsonObject,
  prepareSigningKey,
} from '@latchkey/tokens'

/** What tokens of the tests say unless a test says otherwise. */
export const issuer = 'https://auth.example.com'
/** The API of the tests. */
export const audience = 'https://api.example.com'

/** An issuer that signs whatever it is told, well-formed or not. */
export interface TestIssuer {
  readonly jwk: JsonObject
  readonly publicJwk: JsonObject
  readonly kid: string
  /** Signs any header and payload; a text is taken as it is. */
  sign(header: unknown, payload: unknown): string
  /** Signs an access token as in RFC 9068, with changes. */
  token(claims?: JsonObject, header?: JsonObject): string
}

/** A part of a token: JSON, or a text as it is. */
export function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

let count = 0

/** The claims of a good token, valid for ten minutes from now. */
export function goodClaims(now = Math.floor(Date.now() / 1000)): JsonObject {
  count += 1
  return {
    iss: issuer,
    aud: audience,
    sub: 'user-1',
    client_id: 'app-1',
    iat: now,
    exp: now + 600,
    jti: `token-${count}`,
    scope: 'orders:read orders:write',
  }
}

/** Creates an issuer with a key of its own. */
export async function createIssuer(algorithm: Algorithm = 'ES256'): Promise<TestIssuer> {
  const jwk = await generatePrivateJwk(algorithm)
  const key = prepareSigningKey(jwk)
  const { kid, publicJwk } = key
  const sign = (header: unknown, payload: unknown): string => {
    const input = `${encode(header)}.${encode(payload)}`
    return `${input}.${key.sign(input)}`
  }
  return {
    jwk,
    publicJwk: { ...publicJwk },
    kid,
    sign,
    token: (claims = {}, header = {}) =>
      sign({ alg: algorithm, typ: 'at+jwt', kid, ...header }, { ...goodClaims(), ...claims }),
  }
}
