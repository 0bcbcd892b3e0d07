import t from 'tap'
import {
  findVerificationKey,
  isSignedBy,
  type JsonObject,
  parseJwkSet,
  parseJws,
} from '../src/index.js'
import { readVectors, skip, type Vector } from './vectors/wycheproof.js'

/** Vectors of the signature file whose label is not followed, each with the reason. */
const exceptions = new Map([
  [346, 'the key says alg PS256, the token is PS384; the key of RFC 7520 has no alg'],
  [347, 'the key says alg ES521, which does not exist'],
  [350, 'as 346, with key_ops'],
  [351, 'as 347, with key_ops'],
  [367, 'labelled invalid, byte for byte the valid vector 357'],
  [370, 'labelled invalid, byte for byte the valid vector 357'],
  [372, 'labelled valid, though its header holds "?", which is no base64url'],
  [373, 'labelled valid, though its payload holds "?", which is no base64url'],
])

function isAccepted(token: string, keys: readonly JsonObject[]): boolean {
  const kind = keys.some((key) => key.kty === 'oct') ? 'secret' : 'public'
  const set = parseJwkSet({ keys }, kind)
  const jws = parseJws(token)
  if (set === null || typeof jws === 'string') return false
  const key = findVerificationKey(set.keys, jws.header.alg, jws.header.kid, 0)
  return key !== null && isSignedBy(jws, key)
}

const files: readonly (readonly [string, number])[] = [
  ['json_web_signature_test.json', 401],
  ['json_web_key_test.json', 26],
  ['json_web_crypto_test.json', 49],
]

for (const [file, count] of files) {
  t.test(`every vector of ${file} is judged as labelled`, { skip }, async (t) => {
    const vectors = readVectors(file)
    t.equal(vectors.length, count)
    const excepted = file === 'json_web_signature_test.json' ? exceptions : new Map()
    for (const { id, comment, valid, keys, token } of vectors) {
      const expected = excepted.has(id) ? !valid : valid
      t.equal(isAccepted(token, keys), expected, `${id} ${comment}`)
    }
  })
}

t.test('the excepted valid vectors are signed well, their keys are wrong', { skip }, async (t) => {
  const vectors = readVectors('json_web_signature_test.json')
  for (const id of [346, 347, 350, 351]) {
    const { keys, token } = vectors.find((vector) => vector.id === id) as Vector
    const withoutAlg = keys.map(({ alg, ...key }) => key)
    t.ok(isAccepted(token, withoutAlg), String(id))
  }
  const tokens = new Map(vectors.map(({ id, token }) => [id, token]))
  t.equal(tokens.get(367), tokens.get(357))
  t.equal(tokens.get(370), tokens.get(357))
})
