import t from 'tap'
import { gitleaksRule, keyPattern, parseKey, secretlintRule } from '../src/index.js'
import { issueKey, randomKeyId } from '../src/key-format.js'

const ID = '0123456789abcdef'
// The checksum is the CRC-32 of what is before it, in base62.
const KEY = `acme_live_${ID}_${'S'.repeat(43)}_3Mkn1Q`

t.test('a key says its environment and id', async (t) => {
  const key = issueKey('acme', { environment: 'test', id: ID })
  t.match(key, /^acme_test_0123456789abcdef_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
  t.same(parseKey(key, 'acme'), { environment: 'test', id: ID })
})

t.test('the checksum is what others compute, too', async (t) => {
  t.same(parseKey(KEY, 'acme'), { environment: 'live', id: ID })
})

t.test('the secret of every key is another one', async (t) => {
  const keys = Array.from({ length: 1000 }, () => issueKey('acme', { environment: 'live', id: ID }))
  t.equal(new Set(keys.map((key) => key.split('_')[3])).size, 1000)
  t.equal(new Set(Array.from({ length: 1000 }, randomKeyId)).size, 1000)
})

const strange: [what: string, text: string][] = [
  ['nothing', ''],
  ['the prefix alone', 'acme_'],
  ['another prefix', KEY.replace('acme', 'bcme')],
  ['a longer prefix', `x${KEY}`],
  ['a prefix in capitals', KEY.replace('acme', 'ACME')],
  ['no environment', `acme_${ID}_${'S'.repeat(43)}_3Mkn1Q`],
  ['a short id', KEY.replace(ID, ID.slice(1))],
  ['a long secret', KEY.replace('SSS', 'SSSS')],
  ['a changed character', KEY.replace('live', 'lime')],
  ['a changed checksum', KEY.replace('3Mkn1Q', '3Mkn1R')],
  ['a space after it', `${KEY} `],
  ['a line break after it', `${KEY}\n`],
  ['a space before it', ` ${KEY}`],
  ['a letter that is no base62', KEY.replace('SSS', 'SÄS')],
]
for (const [what, text] of strange) {
  t.test(`${what} is no key`, async (t) => t.equal(parseKey(text, 'acme'), null))
}

t.test('the pattern finds keys in a text, and nothing else', async (t) => {
  const pattern = new RegExp(keyPattern('acme'), 'g')
  const other = issueKey('acme', { environment: 'test', id: ID })
  const text = `API_KEY="${KEY}"; url=https://x.example/?k=${other}#, acme_live_nonsense`
  t.same(text.match(pattern), [KEY, other])
  t.equal(`x${KEY}`.match(pattern), null)
  t.equal(`${KEY}9`.match(pattern), null)
})

t.test('the pattern may be narrowed to environments', async (t) => {
  const pattern = new RegExp(keyPattern('acme', ['live', 'eu1']))
  t.ok(pattern.test(KEY))
  t.notOk(pattern.test(issueKey('acme', { environment: 'test', id: ID })))
})

t.test('the rule for gitleaks is TOML with the pattern in it', async (t) => {
  t.equal(
    gitleaksRule('acme_co'),
    `[[rules]]
id = "acme-co-api-key"
description = "API key of acme_co"
regex = '''${keyPattern('acme_co')}'''
keywords = ["acme_co_"]
`,
  )
})

t.test('the rule for secretlint has its pattern between slashes', async (t) => {
  const rule = secretlintRule('acme', { environments: ['live'] })
  t.equal(rule.id, '@secretlint/secretlint-rule-pattern')
  t.same(rule.options.patterns, [
    { name: 'API key of acme', pattern: `/${keyPattern('acme', ['live'])}/` },
  ])
})

for (const [prefix, environments] of [
  ['a', []],
  ['Acme', []],
  ['acme_', []],
  ["ac'''me", []],
  ['acme', ['li.ve']],
  [7, []],
] as [string, string[]][]) {
  t.test(`there is no pattern for "${prefix}" and ${environments.length} environments`, async (t) =>
    t.throws(() => keyPattern(prefix, environments), RangeError),
  )
}
