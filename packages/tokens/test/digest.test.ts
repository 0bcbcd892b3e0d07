import { createHmac, randomBytes } from 'node:crypto'
import t from 'tap'
import {
  isEqualDigest,
  isEqualSecret,
  isSha256Of,
  type MacHash,
  prepareMac,
  sha256,
  sha256Base64url,
  sha256Hex,
} from '../src/index.js'

t.test('SHA-256 gives the value of FIPS 180 for "abc"', async (t) => {
  const hex = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  t.equal(sha256Hex('abc'), hex)
  t.equal(sha256('abc').toString('hex'), hex)
  t.equal(sha256(Buffer.from('abc')).toString('hex'), hex)
  t.equal(sha256Base64url('abc'), Buffer.from(hex, 'hex').toString('base64url'))
})

t.test('a secret is recognised by its digest', async (t) => {
  t.ok(isSha256Of('abc', sha256('abc')))
  t.ok(isSha256Of(Buffer.from('abc'), sha256('abc')))
  t.notOk(isSha256Of('abd', sha256('abc')))
  t.notOk(isSha256Of('', sha256('abc')))
  t.throws(() => isSha256Of('abc', Buffer.alloc(31)), RangeError)
})

t.test('HMAC gives the value of RFC 4231, test case 2', async (t) => {
  const mac = prepareMac(Buffer.from('Jefe'))
  t.equal(
    Buffer.from(mac('what do ya want for nothing?'), 'base64url').toString('hex'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

t.test('HMAC equals that of node:crypto for keys and messages of all lengths', async (t) => {
  const hashes: MacHash[] = ['sha256', 'sha384', 'sha512']
  for (const hash of hashes) {
    for (const keyLength of [1, 31, 63, 64, 65, 127, 128, 129, 300]) {
      const key = randomBytes(keyLength)
      const mac = prepareMac(key, hash)
      for (const message of ['', 'a', 'ä€😀', 'x'.repeat(1000), 'ü'.repeat(5000)]) {
        const expected = createHmac(hash, key).update(message).digest('base64url')
        t.equal(mac(message), expected, `${hash} ${keyLength} ${message.length}`)
        t.equal(mac(message), expected, 'and again')
      }
    }
  }
  t.throws(() => prepareMac(Buffer.alloc(0)), RangeError)
})

t.test('secrets are equal only when every byte is', async (t) => {
  t.ok(isEqualSecret('abc', 'abc'))
  t.ok(isEqualSecret('abc', Buffer.from('abc')))
  t.notOk(isEqualSecret('abc', 'abd'))
  t.notOk(isEqualSecret('abc', 'abcd'))
  t.notOk(isEqualSecret('', 'a'))
  t.ok(isEqualSecret('', ''))
})

t.test('digests are equal only when every byte is', async (t) => {
  t.ok(isEqualDigest('abc', 'abc'))
  t.notOk(isEqualDigest('abc', 'abd'))
  t.notOk(isEqualDigest('abc', 'ab'))
  t.notOk(isEqualDigest('abc', 'abä'), 'same length, other number of bytes')
})
