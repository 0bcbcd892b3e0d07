import { parseChallenges } from '@latchkey/identity'
import fc from 'fast-check'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import { createApp, whoami } from './fixtures/app.js'
import { badge, bearer, wristband } from './fixtures/mechanisms.js'
import { createRooms, type Headers } from './fixtures/rooms.js'

const numRuns = Number(process.env.LATCHKEY_FUZZ ?? 10_000)

const latin1 = fc.string({
  unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)),
  minLength: 6,
  maxLength: 80,
})
const invented = fc.oneof(
  latin1,
  latin1.filter((text) => !text.startsWith(';')).map((text) => `valid${text}`),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a'.repeat(8000), 'valid, valid'),
)
const scheme = fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', 'DPoP ', 'Bearer\t', '')

t.setTimeout(0)

/** Presents what cannot be good, and expects a 401 with challenges or a 400, and silence. */
async function present(
  t: Test,
  app: FastifyInstance,
  lines: string[],
  place: fc.Arbitrary<Headers>,
): Promise<void> {
  const places = fc.array(place, { minLength: 1, maxLength: 3 })
  const property = fc.asyncProperty(places, fc.boolean(), async (places, optional) => {
    lines.length = 0
    const headers: Headers = Object.assign({}, ...places)
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
    for (const text of Object.values(headers)) {
      if (said.includes(text)) throw new Error('the credential was repeated')
    }
  })
  await fc.assert(property, { numRuns })
  t.pass('none was let in')
}

function listen(): { lines: string[]; server: FastifyServerOptions } {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  return { lines, server: { logger: { level: 'trace', stream } } }
}

t.test(`V16.2.5 ${numRuns} invented credentials, alone and together`, async (t) => {
  const { lines, server } = listen()
  const app = await createApp({}, [bearer(), badge(), wristband()], server)
  const auth = { any: ['bearer', { all: ['badge', 'wristband'] }, 'wristband'] }
  app.get('/', { config: { auth } }, whoami)
  app.get('/optional', { config: { auth: { ...auth, optional: true } } }, whoami)
  await app.ready()
  const place = fc.oneof(
    fc.tuple(scheme, invented).map(([scheme, text]) => ({ authorization: scheme + text })),
    invented.map((text) => ({ 'x-badge': text })),
    invented.map((text) => ({ cookie: `wristband=${text}` })),
    invented.map((text) => ({ cookie: text })),
  )
  await present(t, app, lines, place as fc.Arbitrary<Headers>)
})

t.test(`V16.2.5 ${numRuns} spoiled credentials of the real mechanisms`, async (t) => {
  const { lines, server } = listen()
  const { app, issue } = await createRooms({ server })
  t.teardown(() => app.close())
  const any = ['session', 'jwt', 'api-key']
  app.get('/', { config: { auth: any } }, whoami)
  app.get('/optional', { config: { auth: { any, optional: true } } }, whoami)
  await app.ready()
  const credentials = await issue()
  const good = Object.values(credentials).map(({ valid }) => Object.entries(valid).flat())
  const place = fc
    .tuple(
      fc.constantFrom(...good),
      fc.nat(),
      fc.constantFrom('A', 'b', '0', '_', '.', '-', '=', ' ', '\u00e4', ''),
    )
    .map(([[field = '', value = ''], position, text]) => {
      // The place stays, so that the spoiled credential reaches its mechanism.
      const start = value.search(/[ =]/) + 1
      const at = start + (position % (value.length - start))
      return { field, value, spoiled: value.slice(0, at) + text + value.slice(at + 1) }
    })
    .filter(({ value, spoiled }) => spoiled.trim() !== value)
    .map(({ field, spoiled }): Headers => ({ [field]: spoiled }))
  await present(t, app, lines, place)
})
