import { randomBytes } from 'node:crypto'
import t from 'tap'
import { checkSecret, findSecretWeakness, loadSecrets } from '../src/index.js'

const strong = randomBytes(32).toString('base64url')

t.test('a guessable secret is refused with the reason', async (t) => {
  const rows: [string, string | Uint8Array, string][] = [
    ['empty', '', 'is shorter than 32 bytes'],
    ['one character', 's', 'is shorter than 32 bytes'],
    ['short', 'abcdefghijklmnopqrstuvwxyz01234', 'is shorter than 32 bytes'],
    ['one character many times', 'a'.repeat(64), 'repeats itself'],
    ['a word many times', 'horse battery '.repeat(5), 'repeats itself'],
    ['zero bytes', Buffer.alloc(32), 'repeats itself'],
    ['few characters', 'abbabaaabbbabbaabbabaabbbabaabbba', 'has too few different characters'],
    [
      'words of examples',
      'change-me-secret-password-example-default',
      'is made of words that everybody tries first',
    ],
  ]
  for (const [what, secret, reason] of rows) {
    t.equal(findSecretWeakness(secret), reason, what)
    t.throws(() => checkSecret(secret, 'secret'), { code: 'LATCHKEY_TOKENS_WEAK_SECRET' }, what)
  }
})

t.test('the message names the option and never the secret', async (t) => {
  try {
    checkSecret('tooshortbutsecret', 'cookie secret')
    t.fail('not refused')
  } catch (error) {
    t.equal(
      (error as Error).message,
      'Cannot use the secret "cookie secret": it is shorter than 32 bytes. Make one with: openssl rand -base64 48',
    )
  }
})

t.test('random secrets are accepted, as text and as bytes', async (t) => {
  for (let round = 0; round < 200; round += 1) {
    const bytes = randomBytes(32)
    t.equal(findSecretWeakness(bytes), null)
    t.equal(findSecretWeakness(bytes.toString('hex')), null)
    t.equal(findSecretWeakness(bytes.toString('base64')), null)
  }
  t.equal(findSecretWeakness('correct horse battery staple', 16), null)
})

t.test('secrets come as one, as a list, as entries, or from a function', async (t) => {
  const other = randomBytes(32)
  t.same(await loadSecrets(strong, 'secret'), [{ secret: strong }])
  t.same(await loadSecrets(other, 'secret'), [{ secret: other }])
  t.same(await loadSecrets({ secret: other, notAfter: 5 }, 'secret'), [
    { secret: other, notAfter: 5 },
  ])
  t.same(await loadSecrets([strong, { secret: other, notAfter: 5 }], 'secret'), [
    { secret: strong },
    { secret: other, notAfter: 5 },
  ])
  t.same(await loadSecrets(async () => strong, 'secret'), [{ secret: strong }])
  t.same(await loadSecrets(() => [strong], 'secret'), [{ secret: strong }])
})

t.test('a list without a secret, or with a guessable one, is refused', async (t) => {
  const code = 'LATCHKEY_TOKENS_WEAK_SECRET'
  await t.rejects(loadSecrets([], 'secret'), { code })
  await t.rejects(loadSecrets([strong, 'weak'], 'secret'), { code })
  await t.rejects(
    loadSecrets(() => 'weak', 'secret'),
    { code },
  )
})
