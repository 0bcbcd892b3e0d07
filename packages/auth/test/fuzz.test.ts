import { parseChallenges } from '@latchkey/identity'
import fc from 'fast-check'
import t from 'tap'
import { createApp, whoami } from './fixtures/app.js'
import { badge, bearer, wristband } from './fixtures/mechanisms.js'

const numRuns = Number(process.env.LATCHKEY_FUZZ ?? 10_000)

const latin1 = fc.string({
  unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)),
  minLength: 6,
  maxLength: 80,
})
const credential = fc.oneof(
  latin1,
  latin1.filter((text) => !text.startsWith(';')).map((text) => `valid${text}`),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a'.repeat(8000), 'valid, valid'),
)
const scheme = fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', 'DPoP ', 'Bearer\t', '')
const place = fc.oneof(
  fc.tuple(scheme, credential).map(([scheme, text]) => ({ authorization: scheme + text })),
  credential.map((text) => ({ 'x-badge': text })),
  credential.map((text) => ({ cookie: `wristband=${text}` })),
  credential.map((text) => ({ cookie: text })),
)

t.setTimeout(0)

t.test(`${numRuns} invented credentials, alone and together: none is let in`, async (t) => {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const app = await createApp({}, [bearer(), badge(), wristband()], {
    logger: { level: 'trace', stream },
  })
  const auth = { any: ['bearer', { all: ['badge', 'wristband'] }, 'wristband'] }
  app.get('/', { config: { auth } }, whoami)
  app.get('/optional', { config: { auth: { ...auth, optional: true } } }, whoami)
  await app.ready()
  const places = fc.array(place, { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(places, fc.boolean(), async (places, optional) => {
      lines.length = 0
      const headers = Object.assign({}, ...places)
      const response = await app.inject({ url: optional ? '/optional' : '/', headers })
      const { statusCode } = response
      if (statusCode === 200) {
        if (!optional || response.json().by !== null) throw new Error('it was let in')
      } else if (statusCode === 401) {
        const challenges = [response.headers['www-authenticate'] ?? []].flat()
        if (challenges.length === 0) throw new Error('401 without a challenge')
        for (const challenge of challenges) parseChallenges(challenge)
      } else if (statusCode !== 400) throw new Error(`answered ${statusCode}`)
      const said = `${lines.join('')}${response.body}${JSON.stringify(response.headers)}`
      for (const text of Object.values(headers) as string[]) {
        if (said.includes(text)) throw new Error('the credential was repeated')
      }
    }),
    { numRuns },
  )
  t.pass('none was')
})
