import { sha256Base64url } from './digest.js'
import type { Jwk } from './jwk-shape.js'

/**
 * The SHA-256 thumbprint of a key (RFC 7638, RFC 8037): 43 characters that only this key has,
 * whatever its `kid`, `alg` or `use`. Of a private key it is that of its public part.
 *
 * @param jwk A JWK with well-formed members, as {@link Jwk} readers let through.
 */
export function jwkThumbprint(jwk: Jwk): string {
  const { crv, e, k, kty, n, x, y } = jwk
  const members = {
    EC: { crv, kty, x, y },
    OKP: { crv, kty, x },
    RSA: { e, kty, n },
    oct: { k, kty },
  }
  return sha256Base64url(JSON.stringify(members[kty]))
}
