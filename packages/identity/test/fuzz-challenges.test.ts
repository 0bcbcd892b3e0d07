import fc from 'fast-check'
import t from 'tap'
import {
  type Challenge,
  parseChallenges,
  serializeChallenge,
  serializeChallenges,
} from '../src/index.js'
import { anyText, numRuns } from './fixtures/any-text.js'

const scheme = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/)
const challenge: fc.Arbitrary<Challenge> = fc.record({
  scheme,
  params: fc.dictionary(scheme, fc.oneof(anyText, fc.integer()), { maxKeys: 5 }),
})

t.test('every challenge that can be written is read back as one, and ends no line', async () => {
  fc.assert(
    fc.property(challenge, (given) => {
      const names = Object.keys(given.params).map((name) => name.toLowerCase())
      if (new Set(names).size < names.length) return
      const text = serializeChallenge(given)
      if (!/^[\t\x20-\x7e]*$/.test(text)) throw new Error('it could end the line')
      const read = parseChallenges(text)
      if (read?.length !== 1 || read[0]?.scheme !== given.scheme) throw new Error(`read as ${read}`)
      for (const [name, value] of Object.entries(given.params)) {
        const plain = String(value).replace(/[^\t\x20-\x7e]/g, ' ')
        if (read[0].params[name.toLowerCase()] !== plain) throw new Error(`lost ${name}`)
      }
    }),
    { numRuns },
  )
})

t.test('challenges joined by commas are read back apart', async () => {
  fc.assert(
    fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (given) => {
      const fit = given.filter(({ params }) => {
        const names = Object.keys(params).map((name) => name.toLowerCase())
        return new Set(names).size === names.length
      })
      const lines = serializeChallenges(fit)
      const read = parseChallenges(lines.join(', '))
      if ((read?.length ?? 0) !== lines.length)
        throw new Error(`${lines.length} became ${read?.length}`)
    }),
    { numRuns },
  )
})

t.test('the reader of challenges ends on any text, and what it reads can be written', async () => {
  const part = fc.constantFrom(
    'Bearer',
    ' ',
    ',',
    '=',
    '"',
    '\\',
    'a',
    'realm',
    '\t',
    '==',
    '/',
    'ü',
  )
  const text = fc.oneof(
    anyText,
    fc.array(part, { maxLength: 40 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (given) => {
      for (const each of parseChallenges(given) ?? []) serializeChallenge(each)
    }),
    { numRuns },
  )
})

t.test('the reader of challenges takes no longer than a text is long', async (t) => {
  for (const text of [
    `Bearer a="${'\\"'.repeat(100_000)}`,
    `Bearer ${'a=b,'.repeat(50_000)}`,
    ','.repeat(400_000),
    `Bearer${' '.repeat(400_000)}`,
    'a '.repeat(200_000),
    `Bearer a${'\t'.repeat(400_000)}`,
  ]) {
    t.doesNotThrow(() => parseChallenges(text))
  }
})
