import { hash } from 'node:crypto'

/** The hashes that a message authentication code can be made with. */
export type MacHash = 'sha256' | 'sha384' | 'sha512'

/** Computes the code of a message under a prepared key, in base64url. */
export type Mac = (message: string) => string

const blockLengths = { sha256: 64, sha384: 128, sha512: 128 } as const
const digestLengths = { sha256: 32, sha384: 48, sha512: 64 } as const
const scratch = Buffer.alloc(4096)

function xorPad(block: Uint8Array, byte: number): Buffer {
  return Buffer.from(block.map((value) => value ^ byte))
}

function concatenate(pad: Uint8Array, message: string): Buffer {
  const most = pad.byteLength + message.length * 3
  const target = most <= scratch.byteLength ? scratch : Buffer.allocUnsafe(most)
  target.set(pad)
  return target.subarray(0, pad.byteLength + target.write(message, pad.byteLength))
}

/**
 * Prepares HMAC (RFC 2104) under one key, as two one-shot hashes over padded blocks: half the
 * price of a fresh `createHmac` for short messages. A test compares it with node:crypto's own.
 *
 * @param key At least one byte; a key longer than the hash's block is hashed first.
 * @param hashName Default `sha256`.
 * @throws {RangeError} When the key is empty.
 */
export function prepareMac(key: Uint8Array, hashName: MacHash = 'sha256'): Mac {
  if (key.byteLength === 0) throw new RangeError('Cannot prepare a MAC: the key is empty')
  const blockLength = blockLengths[hashName]
  const block = Buffer.alloc(blockLength)
  block.set(key.byteLength > blockLength ? hash(hashName, key, 'buffer') : key)
  const innerPad = xorPad(block, 0x36)
  const outer = Buffer.alloc(blockLength + digestLengths[hashName])
  outer.set(xorPad(block, 0x5c))
  block.fill(0)

  return (message) => {
    outer.write(hash(hashName, concatenate(innerPad, message), 'binary'), blockLength, 'latin1')
    return hash(hashName, outer, 'base64url')
  }
}
