import fc from 'fast-check'
import t from 'tap'
import {
  channels,
  createAuthenticate,
  createIdentity,
  type Mechanism,
  type ResolvedPlan,
  readAuthorization,
} from '../src/index.js'
import { anyText, numRuns } from './fixtures/any-text.js'
import { ADA, badge } from './fixtures/badge.js'
import { byCookie, byHeader, someone, stub } from './fixtures/stub.js'

const field = fc.oneof(
  anyText,
  fc
    .tuple(
      fc.constantFrom('Badge', 'badge', 'Bearer', 'Basic', 'Badge\t', '""'),
      fc.constantFrom(' ', '  ', '\t', ''),
      anyText,
    )
    .map((parts) => parts.join('')),
)

interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly error: Error | undefined
  readonly identity: unknown
}

/** Runs a hook on a request and a reply that are as much as it needs of them. */
function answerOf(
  hook: ReturnType<typeof createAuthenticate>,
  headers: Record<string, string | undefined>,
  rawHeaders: string[] = Object.entries(headers).flat() as string[],
): Answer {
  const set: Record<string, unknown> = {}
  const reply = {
    sent: false,
    header(name: string, value: unknown) {
      set[name] = value
      return reply
    },
    headers(all: object) {
      Object.assign(set, all)
      return reply
    },
  }
  const request = {
    id: 'req-1',
    ip: '192.0.2.1',
    method: 'GET',
    headers,
    raw: { rawHeaders },
    query: {},
    routeOptions: { url: '/' },
    identity: null,
    identities: null,
  }
  let error: (Error & { statusCode?: number }) | undefined
  let calls = 0
  hook(request as never, reply as never, (given) => {
    calls += 1
    error = given
  })
  if (calls !== 1) throw new Error(`done was called ${calls} times`)
  return { status: error?.statusCode ?? 200, headers: set, error, identity: request.identity }
}

function planOf(mechanisms: readonly Mechanism[]): ResolvedPlan {
  const alternatives = mechanisms.map((_, index) => ({ members: [index], mask: 1 << index }))
  return { mechanisms, alternatives, optional: false }
}

t.test('no header lets a stranger in, nor breaks the loop, nor is told to anybody', async (t) => {
  const events: string[] = []
  const hear = (event: unknown): void => {
    events.push(JSON.stringify(event))
  }
  for (const channel of Object.values(channels)) channel.subscribe(hear)
  t.teardown(() => {
    for (const channel of Object.values(channels)) channel.unsubscribe(hear)
  })
  const mechanisms = [badge('badge', new Map([[ADA, 'ada']])), byHeader('key'), byCookie('sid')]
  const hook = createAuthenticate(planOf(mechanisms))
  const maybe = fc.option(field, { nil: undefined })
  fc.assert(
    fc.property(maybe, maybe, maybe, (authorization, key, cookie) => {
      events.length = 0
      const headers = { authorization, 'x-key': key, cookie }
      for (const name of ['authorization', 'x-key', 'cookie'] as const) {
        if (headers[name] === undefined) delete headers[name]
      }
      const answer = answerOf(hook, headers)
      const isGood = isGoodBadge(authorization) || key === 'good' || cookie === 'sid=good'
      if (!isGood && answer.status === 200) throw new Error('a stranger was let in')
      if (answer.status === 200 ? answer.identity === null : answer.identity !== null) {
        throw new Error('the identity does not go with the answer')
      }
      if (![200, 400, 401].includes(answer.status)) throw answer.error
      if (answer.status === 401 && answer.headers['www-authenticate'] === undefined) {
        throw new Error('no challenge')
      }
      const told = `${answer.error?.message} ${JSON.stringify(answer.headers)} ${events.join()}`
      for (const text of [authorization, key, cookie]) {
        if (
          text !== undefined &&
          text.length > 12 &&
          told.includes(JSON.stringify(text).slice(1, -1))
        ) {
          throw new Error('what was presented was told')
        }
      }
      if (events.length !== 1) throw new Error(`${events.length} events`)
    }),
    { numRuns },
  )
})

function isGoodBadge(authorization: string | undefined): boolean {
  return (
    authorization !== undefined &&
    /^badge +/i.test(authorization) &&
    authorization.replace(/^badge +/i, '') === ADA
  )
}

t.test('of two headers of a credential, however they are written, none counts', async () => {
  const hook = createAuthenticate(planOf([badge('badge', new Map([[ADA, 'ada']]))]))
  const name = fc.mixedCase(fc.constant('authorization'))
  fc.assert(
    fc.property(name, name, field, (one, two, value) => {
      const raw = [one, `Badge ${ADA}`, 'accept', '*/*', two, value]
      const answer = answerOf(hook, { authorization: `Badge ${ADA}` }, raw)
      if (answer.status !== 400) throw new Error(`answered ${answer.status}`)
    }),
    { numRuns },
  )
})

t.test('whatever a mechanism answers, nothing but its own frozen identity is one', async () => {
  const identity = someone('own')
  const piece = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      0,
      '',
      'x',
      identity,
      { ...identity },
      someone('b'),
    ),
    fc.anything(),
  )
  const outcome = fc.oneof(
    piece,
    fc.record(
      { identity: piece, refusal: piece, unavailable: piece, status: piece },
      { requiredKeys: [] },
    ),
  )
  fc.assert(
    fc.property(outcome, (given) => {
      const isLater = typeof (given as { then?: unknown } | null)?.then === 'function'
      if (isLater) return
      const answer = answerOf(createAuthenticate(planOf([stub('own', () => given)])), {})
      const isIdentity = (given as { identity?: unknown } | null)?.identity === identity
      if (answer.status === 200 && !isIdentity) throw new Error('it was taken for an identity')
      if (answer.status !== 200 && answer.identity !== null) throw new Error('it left an identity')
    }),
    { numRuns },
  )
})

t.test('a credential after its scheme is what stands there', async () => {
  fc.assert(
    fc.property(
      fc.mixedCase(fc.constant('Bearer')),
      fc.integer({ min: 1, max: 4 }),
      anyText,
      (word, spaces, text) => {
        const authorization = `${word}${' '.repeat(spaces)}${text}`
        const found = readAuthorization({ headers: { authorization } } as never, 'bearer')
        if (found !== text.replace(/^ +/, '')) throw new Error(`found "${found}"`)
      },
    ),
    { numRuns },
  )
})

t.test('V15.3.6 whatever claims say, an identity is frozen and nothing is polluted', async () => {
  const base = {
    subject: 'u',
    issuer: 'i',
    kind: 'user',
    mechanism: 'm',
    credentialId: 'c',
  } as const
  const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'prototype'))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), tie('list'), tie('record')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    record: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) =>
        JSON.parse(
          `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`,
        ),
      ),
  }))
  fc.assert(
    fc.property(fc.dictionary(key, value), (claims) => {
      requireFrozen(createIdentity({ ...base, claims }).claims)
      if (Object.keys(Object.prototype).length > 0) throw new Error('Object.prototype was polluted')
    }),
    { numRuns: Math.min(numRuns, 100_000) },
  )
})

function requireFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (!Object.isFrozen(value)) throw new Error('it can be changed')
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== null) throw new Error('it inherits')
  for (const member of Object.values(value)) requireFrozen(member)
}
