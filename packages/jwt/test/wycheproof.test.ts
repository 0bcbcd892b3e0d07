import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonObject, parsePrivateJwk } from '@latchkey/tokens'
import t from 'tap'
import type { JwtOptions } from '../src/index.js'
import { createApp, me } from './support/app.js'
import { audience, encode, goodClaims, issuer } from './support/issuer.js'

interface Group {
  readonly comment: string
  readonly public?: JsonObject
  readonly private: JsonObject
  readonly tests: readonly {
    readonly tcId: number
    readonly result: string
    readonly jws: unknown
  }[]
}

const folder = process.env.LATCHKEY_VECTORS ?? join(process.cwd(), '../../../shared/vectors')
const skip =
  existsSync(join(folder, 'wycheproof')) || process.env.CI === 'true'
    ? false
    : 'vectors not found; see LATCHKEY_VECTORS'

function readGroups(): readonly Group[] {
  const file = join(folder, 'wycheproof/json_web_signature_test.json')
  return JSON.parse(readFileSync(file, 'utf8')).testGroups
}

/** The algorithm that the key is for; two spellings that do not exist are left to the header. */
function algorithmOf({ public: key, private: secret, tests }: Group): string {
  const { alg } = key ?? secret
  if (alg !== 'ES521' && alg !== undefined) return String(alg)
  const [head = ''] = String(tests[0]?.jws).split('.')
  return JSON.parse(Buffer.from(head, 'base64url').toString()).alg
}

function optionsFor(group: Group): JwtOptions {
  const algorithms = [algorithmOf(group)]
  const secret = group.private.k
  const keys =
    typeof secret === 'string'
      ? { secret: Buffer.from(secret, 'base64url') }
      : { publicKey: { ...group.public, alg: algorithms[0] } }
  return { issuer, audience, algorithms, keys, cacheSize: false } as JwtOptions
}

// Keys for encryption, and one of zero bytes, are not let in at boot.
const refused = new Set(['rsa_encryption', 'ec_key_for_encryption', 'base64'])

t.test(
  'no vector passes the full path, for none holds claims, and none is an error',
  { skip },
  async (t) => {
    let presented = 0
    for (const group of readGroups()) {
      if (refused.has(group.comment)) {
        await t.rejects(() => createApp(t, optionsFor(group)), group.comment)
        continue
      }
      const app = await createApp(t, optionsFor(group))
      for (const { tcId, jws } of group.tests) {
        const token = typeof jws === 'string' ? jws : JSON.stringify(jws)
        if (/[^\x20-\x7e]/.test(token)) continue
        presented += 1
        t.equal((await me(app, token)).statusCode, 401, String(tcId))
      }
    }
    t.ok(presented > 350)
  },
)

t.test('claims that are signed with the keys of the vectors pass', { skip }, async (t) => {
  let passed = 0
  for (const group of readGroups()) {
    if (refused.has(group.comment)) continue
    const alg = algorithmOf(group)
    const { key_ops, ...jwk } = group.private
    const key = parsePrivateJwk({ ...jwk, alg })
    if ('problem' in key) return t.fail(`${group.comment}: ${key.problem}`)
    const app = await createApp(t, optionsFor(group))
    const header = { alg, kid: group.private.kid, typ: 'at+jwt' }
    const input = `${encode(header)}.${encode(goodClaims())}`
    t.equal((await me(app, `${input}.${key.sign(input)}`)).statusCode, 200, group.comment)
    passed += 1
  }
  t.ok(passed >= 15)
})
