import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import type { Identity } from '../identity.js'
import type { MechanismContractCase } from './harness.js'
import { onStage } from './stage.js'

const FIELDS: readonly (keyof Identity)[] = [
  'subject',
  'issuer',
  'kind',
  'mechanism',
  'credentialId',
  'clientId',
  'tenant',
  'scopes',
  'roles',
  'authTime',
  'expiresAt',
  'acr',
  'amr',
  'bound',
  'actor',
  'claims',
]

/** What a mechanism answers to a good credential, and to none. */
export const identityCases: readonly MechanismContractCase[] = [
  {
    name: 'a request that presents nothing is nothing, not a refusal',
    async run(harness) {
      await onStage(harness, ['one'], async ({ get, outcome, identity }) => {
        equal(await outcome('one'), null)
        equal((await get('/one')).statusCode, 401)
        equal((await get('/one/optional')).statusCode, 200)
        equal(identity(), null)
      })
    },
  },
  {
    name: 'a good credential proves an identity of the full shape, frozen',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get, outcome, identity }) => {
        const presented = await harness.valid(app, 'one')
        const direct = await outcome('one', presented)
        ok(direct !== null && 'identity' in direct, `it answered ${JSON.stringify(direct)}`)
        equal((await get('/one', presented)).statusCode, 200)
        const found = identity()
        ok(found !== null)
        assertShape(found)
        equal(found.mechanism, 'one')
        for (const [field, value] of Object.entries(harness.expected)) {
          equal(found[field as keyof Identity], value, field)
        }
      })
    },
  },
  {
    name: 'a good credential stays good beside bad ones, and they stay bad beside it',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get, identity }) => {
        const good = await harness.valid(app, 'one')
        const bad = await harness.bad(app, 'one')
        for (let round = 0; round < 2; round++) {
          equal((await get('/one', good)).statusCode, 200, `round ${round}`)
          const answers = bad.map(async (each) => {
            const { statusCode } = await get('/one', each)
            ok(statusCode >= 400, `${each.what}: ${statusCode} in round ${round}`)
          })
          await Promise.all(answers)
        }
        equal((await get('/one', good)).statusCode, 200)
        ok(identity() !== null)
      })
    },
  },
  {
    name: 'twenty requests at once with one good credential all pass as the same caller',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get, identity }) => {
        const good = await harness.valid(app, 'one')
        const answers = await Promise.all(Array.from({ length: 20 }, () => get('/one', good)))
        deepEqual(
          answers.map((answer) => answer.statusCode),
          Array.from({ length: 20 }, () => 200),
        )
        ok(identity() !== null)
      })
    },
  },
  {
    name: 'registered twice under two names, each answers under its own',
    async run(harness) {
      await onStage(harness, ['one', 'two'], async ({ app, get, identity }) => {
        for (const name of ['one', 'two', 'one']) {
          equal((await get(`/${name}`, await harness.valid(app, name))).statusCode, 200, name)
          equal(identity()?.mechanism, name)
        }
      })
    },
  },
]

function assertShape(identity: Identity): void {
  deepEqual(Object.keys(identity).sort(), [...FIELDS].sort())
  ok(Object.isFrozen(identity), 'the identity can be changed')
  ok(['user', 'service', 'client'].includes(identity.kind), `kind is "${identity.kind}"`)
  for (const field of ['subject', 'issuer', 'credentialId'] as const) {
    ok(typeof identity[field] === 'string' && identity[field] !== '', `${field} is missing`)
  }
  for (const field of ['scopes', 'roles'] as const) {
    throws(() => (identity[field] as Set<string>).add('admin'), TypeError, `${field} can grow`)
  }
  for (const field of ['authTime', 'expiresAt'] as const) {
    const value = identity[field]
    if (value === undefined) continue
    ok(Number.isFinite(value) && value < 1e11, `${field} is not in seconds`)
  }
  ok(Object.isFrozen(identity.amr), 'amr can be changed')
  ok(Object.isFrozen(identity.claims), 'claims can be changed')
  equal(Object.getPrototypeOf(identity.claims), null, 'claims inherit from Object')
}
