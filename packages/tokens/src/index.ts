export {
  type Algorithm,
  type AlgorithmParts,
  algorithms,
  isAlgorithm,
  isSymmetric,
} from './algorithm.js'
export { parseBase62, serializeBase62 } from './base62.js'
export { parseBase64url } from './base64url.js'
export { type BoundedMap, boundedMap } from './bounded-map.js'
export { type ClaimRefusal, type ClaimRules, findClaimRefusal } from './claims.js'
export { isEqualDigest, isEqualSecret, isSha256Of } from './constant-time.js'
export { crc32, crc32Base62 } from './crc32.js'
export { sha256, sha256Base64url, sha256Hex } from './digest.js'
export {
  claimDpopProof,
  type DpopExpectations,
  type DpopProof,
  type DpopRefusal,
  verifyDpopProof,
} from './dpop.js'
export { dpopNonceAge, issueDpopNonce } from './dpop-nonce.js'
export { KeysError, OutboundError, OutboundUrlError, WeakSecretError } from './errors.js'
export {
  type Handle,
  type HandleKey,
  type HandleKeys,
  issueHandle,
  parseHandle,
  prepareHandleKeys,
} from './handle.js'
export { type JsonObject, parseJsonBytes, parseJsonObject } from './json.js'
export {
  type JwkProblem,
  parsePrivateJwk,
  parsePublicJwk,
  parseSecretJwk,
  type SigningKey,
  type VerificationKey,
} from './jwk.js'
export {
  findVerificationKey,
  type JwkSet,
  type ParsedJwkSet,
  parseJwkSet,
  type RefusedJwk,
} from './jwk-set.js'
export type { Jwk } from './jwk-shape.js'
export {
  isSignedBy,
  type Jws,
  type JwsHeader,
  type JwsRefusal,
  type JwsSerializer,
  parseJws,
  parseJwsClaims,
  prepareJwsSerializer,
} from './jws.js'
export {
  type KeyInput,
  type KeyOptions,
  prepareJwkSet,
  prepareSharedSecret,
  prepareSigningKey,
  prepareVerificationKey,
  type RemoteSigner,
} from './key-input.js'
export { generatePrivateJwk } from './key-pair.js'
export type { KeyReport, Keyring } from './keyring.js'
export { type Mac, type MacHash, prepareMac } from './mac.js'
export {
  createOutbound,
  type Outbound,
  type OutboundOptions,
  type OutboundRequest,
  type OutboundResponse,
} from './outbound.js'
export { isPublicAddress } from './public-address.js'
export { randomBase62, randomBase64url, randomBytes } from './random.js'
export {
  type FoundKey,
  type RemoteKeys,
  type RemoteKeysOptions,
  type RemoteKeysReport,
  remoteKeys,
} from './remote-keys.js'
export {
  type RotatingKeyring,
  type RotatingKeyringOptions,
  rotatingKeyring,
} from './rotating-keyring.js'
export { prepareSeal, type Seal } from './seal.js'
export {
  checkSecret,
  findSecretWeakness,
  loadSecrets,
  type Secret,
  type SecretEntry,
  type SecretSource,
  type Secrets,
  secretBytes,
} from './secret.js'
export { prepareSigner, prepareVerifier, type Signer, type Verifier } from './signature.js'
export { singleFlight } from './single-flight.js'
export { type StaticKey, type StaticKeySource, staticKeyring } from './static-keyring.js'
export { jwkThumbprint } from './thumbprint.js'
