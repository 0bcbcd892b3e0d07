import {
  type JsonObject,
  prepareJwsSerializer,
  prepareSigningKey,
  randomBase64url,
  sha256Base64url,
} from '@latchkey/tokens'

/** Makes DPoP proofs (RFC 9449 §4) with one key. */
export interface Prover {
  /** `dpop_jkt`: binds the code to the key. */
  readonly thumbprint: string
  prove(
    request: { readonly method: string; readonly url: string; readonly accessToken?: string },
    nonce: string | undefined,
    now: number,
  ): Promise<string>
}

/** @param jwk A private key that we made. */
export function createProver(jwk: JsonObject): Prover {
  const key = prepareSigningKey(jwk)
  const { kty, crv, x, y } = jwk
  const sign = prepareJwsSerializer(key, 'dpop+jwt', { jwk: { kty, crv, x, y } })
  return {
    thumbprint: key.kid,
    async prove({ method, url, accessToken }, nonce, now) {
      const { origin, pathname } = new URL(url)
      return sign({
        jti: randomBase64url(16),
        htm: method,
        htu: origin + pathname,
        iat: now,
        ...(nonce === undefined ? {} : { nonce }),
        ...(accessToken === undefined ? {} : { ath: sha256Base64url(accessToken) }),
      })
    },
  }
}
