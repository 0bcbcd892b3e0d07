export { parseBase62, serializeBase62 } from './base62.js'
export { isEqualDigest, isEqualSecret } from './constant-time.js'
export { crc32, crc32Base62 } from './crc32.js'
export { sha256, sha256Base64url, sha256Hex } from './digest.js'
export { KeysError, WeakSecretError } from './errors.js'
export {
  type Handle,
  type HandleKey,
  type HandleKeys,
  issueHandle,
  parseHandle,
  prepareHandleKeys,
} from './handle.js'
export { type Mac, type MacHash, prepareMac } from './mac.js'
export { randomBase62, randomBase64url, randomBytes } from './random.js'
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
