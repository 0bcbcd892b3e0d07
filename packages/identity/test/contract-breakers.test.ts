import t from 'tap'
import { type MechanismHarness, mechanismContract } from '../src/contract.js'
import { createIdentity, type IdentityParts, type Mechanism } from '../src/index.js'
import { ADA, badge, badgeHarness, harnessOf } from './fixtures/badge.js'
import { broken, cut, lockedOut, once, outage, passOver, throwAt } from './fixtures/broken.js'

const badges = new Map([[ADA, 'ada']])

const parts: IdentityParts = {
  subject: 'ada',
  issuer: 'door',
  kind: 'user',
  mechanism: 'one',
  credentialId: 'badge-of-ada',
}

const NOTHING = /presents nothing is nothing/
const SHAPE = /an identity of the full shape/
const BESIDE = /stays good beside bad ones/
const TWENTY = /twenty requests at once/
const TWICE = /registered twice/
const REFUSED = /every bad credential is refused/
const ALSO = /where none is needed, too/
const HOSTILE = /hostile text/
const AROUND = /something around it/
const OUTAGE = /an outage is 503/
const SECRET = /no credential, good or bad/
const DESCRIBE = /describe\(\) is complete/
const CHALLENGES = /every challenge can be written/
const SCHEME = /the security scheme/

const breakers: [what: string, harness: MechanismHarness, caught: RegExp][] = [
  [
    'refuses nothing',
    broken(() => ({ authenticate: () => ({ refusal: { reason: 'r' } }) })),
    NOTHING,
  ],
  [
    'lets everybody in',
    broken(() => ({ authenticate: () => ({ identity: createIdentity(parts) }) })),
    NOTHING,
  ],
  [
    'refuses everybody',
    broken((own) => ({
      authenticate: (request, reply) =>
        own.authenticate(request, reply) && { refusal: { reason: 'r' } },
    })),
    SHAPE,
  ],
  [
    'builds its identity by hand',
    broken(() => ({
      authenticate: ({ headers }) =>
        headers.authorization === undefined
          ? null
          : { identity: Object.freeze({ ...parts }) as never },
    })),
    SHAPE,
  ],
  [
    'leaves its identity open',
    broken(() => ({
      authenticate: ({ headers }) =>
        headers.authorization === undefined ? null : { identity: { ...createIdentity(parts) } },
    })),
    SHAPE,
  ],
  [
    'counts in milliseconds',
    broken(() => ({
      authenticate: ({ headers }) =>
        headers.authorization === undefined
          ? null
          : { identity: createIdentity({ ...parts, authTime: 1, expiresAt: 1.7e12 }) },
    })),
    SHAPE,
  ],
  ['says another subject than it should', { ...badgeHarness, expected: { subject: 'eve' } }, SHAPE],
  [
    'answers under a fixed name',
    broken((own) => ({ authenticate: () => null, name: own.name })),
    SHAPE,
  ],
  ['forgets who was good after somebody bad', lockedOut(), BESIDE],
  ['lets nobody in twice', once(), TWENTY],
  [
    'answers as "one" whatever its name is',
    harnessOf((name) => ({ ...badge('one', badges), name })),
    TWICE,
  ],
  ['registers under another name', harnessOf((name) => badge(`${name}-x`, badges)), NOTHING],
  ['has no bad credential to show', { ...badgeHarness, bad: () => [] }, REFUSED],
  [
    'passes over bad credentials',
    broken((own) => ({ authenticate: (request, reply) => passOver(own, request, reply) })),
    REFUSED,
  ],
  [
    'says 200 in place of a refusal where none is needed',
    broken((own) => ({
      authenticate: (request, reply) => passOver(own, request, reply),
      sources: [],
    })),
    ALSO,
  ],
  [
    'throws at hostile text',
    broken((own) => ({ authenticate: (request, reply) => throwAt(own, request, reply) })),
    HOSTILE,
  ],
  [
    'takes a prefix for the whole',
    broken((own) => ({ authenticate: (request, reply) => own.authenticate(cut(request), reply) })),
    AROUND,
  ],
  [
    'names no secret',
    { ...badgeHarness, valid: () => ({ headers: { authorization: `Badge ${ADA}` }, secrets: [] }) },
    AROUND,
  ],
  ['refuses during an outage', outage({ refusal: { reason: 'r' } }), OUTAGE],
  ['breaks down during an outage', outage({}), OUTAGE],
  [
    'logs credentials',
    broken((own) => ({
      authenticate: (request, reply) => {
        request.log.info(request.headers.authorization)
        return own.authenticate(request, reply)
      },
    })),
    SECRET,
  ],
  [
    'shows credentials in its challenge',
    broken((own) => ({
      challenge: (cause, request) => ({
        ...own.challenge(cause),
        scheme: 'Badge',
        params: { hint: request?.headers.authorization },
      }),
    })),
    SECRET,
  ],
  [
    'tells its secret in its report',
    broken((own) => ({ describe: () => ({ ...own.describe(), key: ADA }) })),
    DESCRIBE,
  ],
  [
    'has a report without a type',
    broken((own) => ({ describe: () => ({ ...own.describe(), type: '' }) })),
    DESCRIBE,
  ],
  [
    'has a report with outbound names',
    broken((own) => ({ describe: () => ({ ...own.describe(), outbound: ['example'] }) })),
    DESCRIBE,
  ],
  [
    'has a report that is no data',
    broken((own) => ({ describe: () => ({ ...own.describe(), run: () => 1 }) })),
    DESCRIBE,
  ],
  [
    'has a window before now',
    broken((own) => ({ describe: () => ({ ...own.describe(), revocationWindow: -1 }) })),
    DESCRIBE,
  ],
  [
    'has a window without end',
    broken((own) => ({
      describe: () => ({ ...own.describe(), revocationWindow: Number.POSITIVE_INFINITY }),
    })),
    DESCRIBE,
  ],
  [
    'has a challenge of two words',
    broken(() => ({
      challenge: (cause) =>
        cause && 'scope' in cause ? { scheme: 'a b', params: {} } : { scheme: 'a', params: {} },
    })),
    CHALLENGES,
  ],
  [
    'has a challenge that loses letters',
    broken(() => ({ challenge: () => ({ scheme: 'Badge', params: { realm: 'Tür' } }) })),
    CHALLENGES,
  ],
  [
    'has no known security scheme',
    broken(() => ({ securityScheme: { type: 'magic' } as never })),
    SCHEME,
  ],
  [
    'has a security scheme without a place',
    broken(() => ({ securityScheme: { type: 'apiKey', name: 'x', in: 'body' } as never })),
    SCHEME,
  ],
]

for (const [what, harness, caught] of breakers) {
  t.test(`the suite catches a mechanism that ${what}`, async (t) => {
    const found = mechanismContract.filter(({ name }) => caught.test(name))
    t.equal(found.length, 1)
    await t.rejects(async () => found[0]?.run(harness))
  })
}

const schemes: Mechanism['securityScheme'][] = [
  { type: 'apiKey', in: 'cookie', name: 'sid' },
  { type: 'oauth2', flows: { clientCredentials: {} } },
  {
    type: 'openIdConnect',
    openIdConnectUrl: 'https://id.example/.well-known/openid-configuration',
  },
  { type: 'mutualTLS' },
]

for (const securityScheme of schemes) {
  t.test(`the suite takes a security scheme of type ${securityScheme.type}`, async () => {
    const scheme = mechanismContract.find(({ name }) => SCHEME.test(name))
    await scheme?.run(broken(() => ({ securityScheme })))
  })
}

t.test(
  'the suite takes a mechanism that offers no challenge, and one that can be cut off',
  async () => {
    for (const { run } of mechanismContract) {
      await run(outage({ unavailable: { reason: 'store' } }))
      await run(broken(() => ({ challenge: () => null, trustedOrigins: ['https://a.example'] })))
    }
  },
)

t.test('the suite takes a stale credential that counts as nothing', async () => {
  const stale = broken((own) => ({
    sources: [],
    authenticate: (request, reply) => passOver(own, request, reply),
  }))
  const bad = (): ReturnType<MechanismHarness['bad']> => [
    { what: 'stale', outcome: 'nothing', headers: { authorization: 'Badge x' }, secrets: [] },
  ]
  for (const { run } of mechanismContract) await run({ ...stale, bad })
})
