import { deepEqual, equal, ok } from 'node:assert/strict'
import { serializeChallenge } from '../challenge.js'
import { parseChallenges } from '../challenge-parser.js'
import type { Mechanism, Refusal, SecurityScheme } from '../mechanism.js'
import type { MechanismContractCase } from './harness.js'
import { assertSecret, onStage } from './stage.js'

/** What a mechanism says about itself. */
export const reportCases: readonly MechanismContractCase[] = [
  {
    name: 'describe() is complete, plain data, and holds no secret',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, mechanism }) => {
        const report = mechanism('one').describe()
        ok(typeof report.type === 'string' && report.type !== '', 'type')
        const window = report.revocationWindow
        ok(window === null || (Number.isFinite(window) && window >= 0), 'revocationWindow')
        assertTexts(report.algorithms, 'algorithms')
        assertTexts(report.outbound, 'outbound')
        for (const url of report.outbound) ok(URL.canParse(url), `outbound: "${url}" is no URL`)
        ok(typeof report.secretsAtRest === 'string' && report.secretsAtRest !== '', 'secretsAtRest')
        const text = JSON.stringify(report)
        deepEqual(Object.keys(JSON.parse(text)).sort(), Object.keys(report).sort())
        assertSecret((await harness.valid(app, 'one')).secrets, text, 'describe()')
      })
    },
  },
  {
    name: 'every challenge can be written and read back',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, mechanism, outcome }) => {
        const refusals: Refusal[] = []
        for (const each of await harness.bad(app, 'one')) {
          const direct = await outcome('one', each)
          if (direct !== null && 'refusal' in direct) refusals.push(direct.refusal)
        }
        assertChallenges(mechanism('one'), refusals)
      })
    },
  },
  {
    name: 'the security scheme is one of OpenAPI',
    async run(harness) {
      await onStage(harness, ['one'], async ({ mechanism }) => {
        assertScheme(mechanism('one').securityScheme)
      })
    },
  },
]

function assertChallenges(mechanism: Mechanism, refusals: readonly Refusal[]): void {
  const causes = [
    undefined,
    ...refusals,
    { error: 'insufficient_scope', scope: 'orders:read orders:write' } as const,
    {
      error: 'insufficient_user_authentication',
      reason: 'stale',
      acrValues: 'mfa',
      maxAge: 300,
    } as const,
  ]
  for (const cause of causes) {
    const challenge = mechanism.challenge(cause)
    if (challenge === null) continue
    const read = parseChallenges(serializeChallenge(challenge))
    equal(read?.length, 1, `not one challenge: ${JSON.stringify(challenge)}`)
    equal(read?.[0]?.scheme, challenge.scheme)
    const written = Object.entries(challenge.params).filter(([, value]) => value !== undefined)
    for (const [name, value] of written) {
      equal(read?.[0]?.params[name.toLowerCase()], String(value), name)
    }
  }
}

function assertScheme(scheme: SecurityScheme): void {
  if (scheme.type === 'apiKey') {
    ok(['header', 'query', 'cookie'].includes(scheme.in) && scheme.name !== '', 'apiKey')
  } else if (scheme.type === 'http') ok(scheme.scheme !== '', 'http')
  else if (scheme.type === 'oauth2') ok(Object.keys(scheme.flows).length > 0, 'oauth2')
  else if (scheme.type === 'openIdConnect') ok(URL.canParse(scheme.openIdConnectUrl), scheme.type)
  else equal(scheme.type, 'mutualTLS')
}

function assertTexts(list: readonly string[], what: string): void {
  ok(Array.isArray(list) && list.every((each) => typeof each === 'string'), what)
}
