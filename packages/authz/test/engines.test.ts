import { createMongoAbility, type MongoQuery } from '@casl/ability'
import { channels, createIdentity, type Identity } from '@latchkey/identity'
import fc from 'fast-check'
import tap from 'tap'
import { caslEngine } from '../src/casl.js'
import { type Engine, type Plan, toPredicate, type Verdict } from '../src/index.js'
import { compilePolicy } from '../src/policy.js'
import { call, serve } from './fixtures/server.js'

const YES: Verdict = { effect: 'allow', reason: 'allowed', rules: [] }
const NO: Verdict = { effect: 'deny', reason: 'engine', rules: ['told'] }
const policy = compilePolicy({
  resources: {
    note: {
      actions: ['read'],
      collection: ['list'],
      attributes: { id: 'string', org: 'string' },
      tenant: 'org',
    },
    own: { actions: ['read'] },
  },
  rules: [{ allow: 'own.read' }],
})

/** An engine that lets through the notes that are called `yes`, now or later. */
function oracle(isLater: boolean, extras: Partial<Engine> = {}): Engine {
  const answer = (object: unknown): Verdict =>
    object === undefined || (object as { id: string }).id === 'yes' ? YES : NO
  const evaluate: Engine['evaluate'] = ({ object }) =>
    isLater ? Promise.resolve(answer(object)) : answer(object)
  return {
    name: 'oracle',
    evaluate,
    evaluateMany: (questions) => questions.map(({ object }) => answer(object)),
    ...extras,
  }
}

const caller = { subject: 'ann', tenant: 'acme' }
const mine = (id: string) => ({ id, org: 'acme' })

for (const isLater of [false, true]) {
  const when = isLater ? 'later' : 'at once'
  tap.test(`an engine that answers ${when} decides the type that is given to it`, async (t) => {
    const app = await serve({ policy, engines: { note: oracle(isLater) }, guard: true })
    const by = (resource: object) => ({
      preHandler: app.requires({ can: 'note.read', resource: (async () => resource) as never }),
    })
    const ok = async () => 'ok'
    app.get('/yes', by(mine('yes')), async () => ({ ok: true }))
    app.get('/no', by(mine('no')), ok)
    app.get('/other', by({ id: 'yes', org: 'umbrella' }), ok)
    app.get(
      '/list',
      { preHandler: app.requires({ can: 'note.list', resource: () => mine('yes') }) },
      async () => ({ ok: true }),
    )
    app.get('/all', { preHandler: app.requires({ can: 'note.list', roles: ['x'] }) }, ok)
    app.get('/open', { preHandler: app.requires({ can: 'note.list' }) }, async () => ({ ok: true }))
    app.get(
      '/masked',
      {
        preHandler: app.requires({
          can: 'note.read',
          resource: () => mine('yes'),
          mask: { write: 'own.read' },
        }),
      },
      async () => ({ ok: true }),
    )
    app.get('/handler', async (request) => {
      await request.authorize('note.read', mine('no'))
      return 'ok'
    })
    app.get('/can', async (request) => ({
      can: [await request.can('note.read', mine('yes')), await request.can('note.read')],
    }))
    app.get('/guarded', { preHandler: app.requires({ can: 'note.read' }) }, async (request) => {
      await request.authorize('note.read', mine('yes'))
      return { ok: true }
    })
    const answer = async (url: string) => {
      const { status, body } = await call(app, caller, { url })
      return [status, body]
    }
    for (const url of ['/yes', '/list', '/open', '/masked', '/guarded'])
      t.same(await answer(url), [200, { ok: true }], url)
    for (const url of ['/no', '/handler', '/all'])
      t.match(await answer(url), [403, { message: 'Not allowed' }], url)
    t.equal((await answer('/other'))[0], 404, 'tenants stay apart whoever decides')
    t.same(await answer('/can'), [200, { can: [true, false] }])
  })

  tap.test(`an engine that plans ${when} is held to the tenant`, async (t) => {
    const plan = { kind: 'always' } as const
    const engine = oracle(isLater, { plan: () => (isLater ? Promise.resolve(plan) : plan) })
    const app = await serve({
      policy,
      engines: { note: engine, own: oracle(isLater, { plan: () => ({ kind: 'never' }) }) },
    } as never).catch((error) => error)
    t.match(app, {
      code: 'LATCHKEY_AUTHZ_INVALID_POLICY',
      message: /the rule "allow own.read" speaks of "own.read"/,
    })
    const server = await serve({ policy, engines: { note: engine } })
    server.get('/', async (request) => request.plan('note.read'))
    t.same((await call(server, caller, { url: '/' })).body, {
      kind: 'condition',
      filter: { op: 'eq', attribute: 'org', value: 'acme' },
    })
  })
}

tap.test('an engine explains itself, or its verdict is told', async (t) => {
  const told = { effect: 'allow', text: 'because' }
  const server = await serve({ policy, engines: { note: oracle(false) } })
  const other = await serve({
    policy,
    engines: { note: oracle(false, { explain: () => told as never }) },
  })
  for (const app of [server, other]) {
    app.get('/:id', async (request) => ({
      text: (await request.explain('note.read', mine((request.params as { id: string }).id))).text,
    }))
    app.get('/other', async (request) => ({
      text: (await request.explain('note.read', { id: 'yes', org: 'x' })).text,
    }))
    app.get('/list', async (request) => ({ text: (await request.explain('note.list')).text }))
  }
  const text = async (app: typeof server, url: string) =>
    ((await call(app, caller, { url })).body as { text: string }).text
  t.equal(
    await text(server, '/no'),
    'DENY note.read on note: engine\n  caller: "ann" of "test", tenant "acme", no roles\n  because of:\n    - told',
  )
  t.match(await text(server, '/list'), /^ALLOW note.list: a rule allows it/)
  t.match(await text(server, '/other'), /another tenant/)
  t.equal(await text(other, '/no'), 'because')
})

tap.test('what an engine cannot do is said', async (t) => {
  const app = await serve({ policy, engines: { note: oracle(false) } })
  app.get('/plan', async (request) => request.plan('note.read'))
  app.get('/fields', async (request) => ({ fields: request.fields('note.read', mine('yes')) }))
  const message = async (url: string) => (await call(app, caller, { url })).body
  t.match(await message('/plan'), {
    code: 'LATCHKEY_AUTHZ_UNSUPPORTED',
    message: /"oracle" makes no plans/,
  })
  t.match(await message('/fields'), {
    code: 'LATCHKEY_AUTHZ_UNSUPPORTED',
    message: /"oracle" decides it/,
  })
  for (const mask of [{ read: 'note.read' }, { write: 'note.read' }]) {
    t.throws(() => app.requires({ mask }), { code: 'LATCHKEY_AUTHZ_INVALID_REQUIREMENT' })
  }
  await t.rejects(serve({ policy, engines: { nothing: oracle(false) } }), {
    code: 'LATCHKEY_AUTHZ_INVALID_POLICY',
    message: /no resource type of that name/,
  })
})

tap.test('a denial of an engine is an event with its rules', async (t) => {
  const events: unknown[] = []
  const listen = (event: unknown) => events.push(event)
  channels.denied.subscribe(listen)
  t.teardown(() => channels.denied.unsubscribe(listen))
  const app = await serve({ policy, engines: { note: oracle(false) }, disclose: true })
  app.get('/', async (request) => request.authorize('note.read', mine('no')))
  t.match((await call(app, caller, { url: '/' })).body, { message: 'Not allowed' })
  t.match(events, [{ reason: 'engine', details: { permission: 'note.read', rules: ['told'] } }])
})

tap.test('an engine that fails allows nothing', async (t) => {
  const engine = oracle(false, { evaluate: () => Promise.reject(new Error('down')) })
  const app = await serve({ policy, engines: { note: engine } })
  app.get('/', async (request) => ({ can: await request.can('note.read', mine('yes')) }))
  t.equal((await call(app, caller, { url: '/' })).status, 500)
})

const who = (subject = 'ann'): Identity =>
  createIdentity({ subject, issuer: 'app', kind: 'user', mechanism: 'm', credentialId: 'c' })
const ask = (identity: Identity, permission: string, object?: object) => ({
  identity,
  permission,
  type: 'article',
  object,
})

tap.test('CASL decides by the ability of the caller', async (t) => {
  let built = 0
  const engine = caslEngine({
    subjectType: (type) => (type === 'article' ? 'Article' : type),
    abilityFor({ subject }) {
      built++
      return createMongoAbility([
        { action: 'read', subject: 'Article' },
        {
          action: 'update',
          subject: 'Article',
          conditions: { by: subject },
          reason: 'authors update',
        },
        {
          action: 'update',
          subject: 'Article',
          conditions: { locked: true },
          inverted: true,
          reason: 'locked',
        },
      ])
    },
  })
  const ann = who()
  const article = Object.freeze({ by: 'ann', locked: false })
  t.same(engine.evaluate(ask(ann, 'article.update', article)), {
    effect: 'allow',
    reason: 'allowed',
    rules: ['authors update'],
  })
  t.same(engine.evaluate(ask(ann, 'article.update', { by: 'ann', locked: true })), {
    effect: 'deny',
    reason: 'forbidden',
    rules: ['locked'],
  })
  t.same(engine.evaluate(ask(ann, 'article.delete', article)), {
    effect: 'deny',
    reason: 'no-rule',
    rules: [],
  })
  t.same(engine.evaluate(ask(ann, 'article.read')), {
    effect: 'allow',
    reason: 'allowed',
    rules: [],
  })
  t.same(engine.evaluateMany([ask(ann, 'article.read', article)]), [
    { effect: 'allow', reason: 'allowed', rules: [] },
  ])
  t.equal(built, 1, 'one ability per identity')
})

const value = fc.constantFrom('a', 'b', '', null)
const operator = fc.oneof(
  fc.record({ $eq: value }),
  fc.record({ $ne: value }),
  fc.record({ $in: fc.array(value, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(value, { maxLength: 3 }) }),
)
const conditions = fc.record(
  {
    s: operator,
    n: fc.dictionary(fc.constantFrom('$lt', '$lte', '$gt', '$gte'), fc.constantFrom(-1, 0, 3), {
      minKeys: 1,
      noNullPrototype: true,
    }),
    tags: fc.oneof(
      fc.record({ $in: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }) }),
      fc.constantFrom('a', { $ne: 'b' }),
    ),
  },
  { requiredKeys: [] },
)
const caslRule = fc
  .record({ inverted: fc.boolean(), conditions: fc.option(conditions, { nil: undefined }) })
  .map(({ inverted, conditions }) => ({
    action: 'read',
    subject: 'article',
    inverted,
    ...(conditions === undefined || Object.keys(conditions).length === 0
      ? {}
      : { conditions: conditions as MongoQuery }),
  }))
/** CASL takes an object without prototype for a value, and fast-check makes some. */
const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
const article = fc.record({
  s: value,
  n: fc.constantFrom(null, -2, -1, 0, 1, 3, 4),
  tags: fc.option(fc.subarray(['a', 'b', 'c'])),
})

tap.test('what CASL plans is what CASL decides', async (t) => {
  const runs = Math.ceil(Number(process.env.LATCHKEY_FUZZ ?? 20_000) / 10)
  fc.assert(
    fc.property(
      fc.array(caslRule, { maxLength: 4 }),
      fc.array(article, { minLength: 1, maxLength: 5 }),
      (rules, rows) => {
        const engine = caslEngine({
          abilityFor: () => createMongoAbility(plain(rules)),
          lists: ['tags'],
        })
        const identity = who()
        const plan = engine.plan?.({
          identity,
          permission: 'article.read',
          type: 'article',
        }) as Plan
        const predicate = toPredicate(plan)
        return rows.every((row) => {
          const { effect } = engine.evaluate(ask(identity, 'article.read', row)) as Verdict
          return predicate(row) === (effect === 'allow')
        })
      },
    ),
    { numRuns: runs },
  )
  t.pass(`${runs} abilities`)
})

tap.test('a condition of CASL that no query can say is refused, not guessed', async (t) => {
  const unsayable: MongoQuery[] = [
    { s: { $regex: '^a' } },
    { s: { $exists: true } },
    { 'a.b': 1 } as MongoQuery,
    { n: { $lt: 'x' } },
    { s: { $in: [{}] } },
    { s: { $eq: new Date(0) } },
    { tags: 7 },
  ]
  for (const each of unsayable) {
    const engine = caslEngine({
      abilityFor: () =>
        createMongoAbility([{ action: 'read', subject: 'article', conditions: each }]),
      lists: ['tags'],
    })
    t.throws(() => engine.plan?.(ask(who(), 'article.read')), {
      code: 'LATCHKEY_AUTHZ_UNSUPPORTED',
    })
  }
})

tap.test('several conditions of CASL are planned together', async (t) => {
  const engine = caslEngine({
    abilityFor: () =>
      createMongoAbility([
        { action: 'read', subject: 'article', conditions: { n: { $gte: 1, $lt: 3 }, s: 'a' } },
      ]),
  })
  t.same(engine.plan?.(ask(who(), 'article.read')), {
    kind: 'condition',
    filter: {
      op: 'and',
      filters: [
        { op: 'gte', attribute: 'n', value: 1 },
        {
          op: 'or',
          filters: [
            { op: 'isNull', attribute: 'n' },
            { op: 'lt', attribute: 'n', value: 3 },
          ],
        },
        { op: 'eq', attribute: 's', value: 'a' },
      ],
    },
  })
})

tap.test('what CASL makes of null is written out', async (t) => {
  const filterOf = (conditions: MongoQuery, inverted = false) => {
    const rules = [
      { action: 'read', subject: 'article' },
      { action: 'read', subject: 'article', conditions, inverted },
    ]
    const engine = caslEngine({
      abilityFor: () => createMongoAbility(inverted ? rules : rules.slice(1)),
      lists: ['l'],
    })
    const plan = engine.plan?.(ask(who(), 'article.read')) as Plan
    return plan.kind === 'condition' ? plan.filter : plan.kind
  }
  const isNull = (attribute: string) => ({ op: 'isNull', attribute })
  const or = (...filters: object[]) => ({ op: 'or', filters })
  const and = (...filters: object[]) => ({ op: 'and', filters })
  t.same(
    filterOf({ a: { $in: ['x', null] } }),
    or({ op: 'eq', attribute: 'a', value: 'x' }, isNull('a')),
  )
  t.same(
    filterOf({ a: { $in: ['x', null] } }, true),
    and({ op: 'isNotNull', attribute: 'a' }, { op: 'ne', attribute: 'a', value: 'x' }),
  )
  t.same(filterOf({ a: { $ne: 'x' } }), or(isNull('a'), { op: 'ne', attribute: 'a', value: 'x' }))
  t.same(filterOf({ a: { $nin: ['x'] } }, true), { op: 'eq', attribute: 'a', value: 'x' })
  t.same(filterOf({ a: { $nin: [] } }), 'always')
  t.same(filterOf({ l: 'x' }), { op: 'contains', attribute: 'l', kind: 'strings', value: 'x' })
  t.same(
    filterOf({ l: 'x' }, true),
    or(isNull('l'), { op: 'notContains', attribute: 'l', kind: 'strings', value: 'x' }),
  )
  t.same(
    filterOf({ a: 'x', n: { $gt: 3 } }, true),
    or(isNull('a'), { op: 'ne', attribute: 'a', value: 'x' }, isNull('n'), {
      op: 'lte',
      attribute: 'n',
      value: 3,
    }),
  )
  t.same(filterOf({ n: { $lt: 3 } }), or(isNull('n'), { op: 'lt', attribute: 'n', value: 3 }))
  t.same(filterOf({ n: { $lt: 3 } }, true), { op: 'gte', attribute: 'n', value: 3 })
  t.same(filterOf({ n: { $gt: -3 } }), or(isNull('n'), { op: 'gt', attribute: 'n', value: -3 }))
  t.same(
    filterOf({ n: { $gte: 3 } }, true),
    or(isNull('n'), { op: 'lt', attribute: 'n', value: 3 }),
  )
})
