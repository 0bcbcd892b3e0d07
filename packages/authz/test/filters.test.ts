import * as drizzle from 'drizzle-orm'
import { boolean, doublePrecision, PgDialect, pgTable, text } from 'drizzle-orm/pg-core'
import tap from 'tap'
import {
  type Filter,
  type Plan,
  toDrizzle,
  toKnex,
  toPredicate,
  toPrisma,
  toSql,
} from '../src/index.js'

const of = (filter: Filter): Plan => ({ kind: 'condition', filter })
const a = 'a'
const isNull = { op: 'isNull', attribute: a } as const
const half = '\ud83d'

const filters: [what: string, filter: Filter][] = [
  ['equals a text', { op: 'eq', attribute: a, value: "o'x" }],
  ['differs from a flag', { op: 'ne', attribute: 'b', value: true }],
  ['is below', { op: 'lt', attribute: 'n', value: 1 }],
  ['is at most a fraction', { op: 'lte', attribute: 'n', value: 1.5 }],
  ['is above', { op: 'gt', attribute: 'n', value: -1 }],
  ['is at least a big number', { op: 'gte', attribute: 'n', value: 3e9 }],
  ['is one of', { op: 'in', attribute: a, kind: 'string', values: ['x', 'y\0', 'z'] }],
  ['is none of', { op: 'notIn', attribute: 'n', kind: 'number', values: [1, 2.5] }],
  ['is none of nothing', { op: 'notIn', attribute: a, kind: 'string', values: [] }],
  ['is none of what cannot be kept', { op: 'notIn', attribute: a, kind: 'string', values: [half] }],
  ['is one of what cannot be kept', { op: 'in', attribute: a, kind: 'string', values: [half] }],
  ['has a part', { op: 'contains', attribute: a, kind: 'string', value: '50%_\\' }],
  ['has not a part', { op: 'notContains', attribute: a, kind: 'string', value: 'x' }],
  ['has a member', { op: 'contains', attribute: 'l', kind: 'strings', value: 'x' }],
  ['has not a member', { op: 'notContains', attribute: 'l', kind: 'strings', value: 'x' }],
  ['has a part that cannot be kept', { op: 'contains', attribute: a, kind: 'string', value: half }],
  [
    'has not a part that cannot be kept',
    { op: 'notContains', attribute: a, kind: 'string', value: half },
  ],
  ['equals what cannot be kept', { op: 'eq', attribute: a, value: 'x\0' }],
  ['differs from what cannot be kept', { op: 'ne', attribute: a, value: 'x\0' }],
  ['is null', isNull],
  ['is not null', { op: 'isNotNull', attribute: a }],
  [
    'one or the other',
    {
      op: 'or',
      filters: [
        isNull,
        {
          op: 'and',
          filters: [
            { op: 'eq', attribute: a, value: 'x' },
            { op: 'eq', attribute: 'n', value: 2 },
          ],
        },
      ],
    },
  ],
  ['one or nothing', { op: 'or', filters: [isNull, { op: 'eq', attribute: a, value: half }] }],
  ['one and nothing', { op: 'and', filters: [isNull, { op: 'eq', attribute: a, value: half }] }],
  ['nothing or nothing', { op: 'or', filters: [{ op: 'eq', attribute: a, value: half }] }],
]

const table = pgTable('t', {
  a: text('a'),
  b: boolean('b'),
  n: doublePrecision('n'),
  l: text('l').array(),
})

function knexOf(plan: Plan, dialect?: 'sqlite') {
  const calls: unknown[] = []
  toKnex(
    plan,
    dialect === undefined ? {} : { dialect },
  )({ whereRaw: (...call) => calls.push(call) })
  return calls[0]
}

tap.test('every query language says every filter', async (t) => {
  for (const [what, filter] of filters) {
    const plan = of(filter)
    const query = new PgDialect().sqlToQuery(toDrizzle(plan, table, drizzle) as drizzle.SQL)
    t.matchSnapshot(
      JSON.stringify(
        {
          postgres: toSql(plan, { dialect: 'postgres' }),
          sqlite: toSql(plan, { dialect: 'sqlite' }),
          knex: knexOf(plan),
          knexOnSqlite: knexOf(plan, 'sqlite'),
          drizzle: [query.sql, query.params],
          prisma: toPrisma(plan),
        },
        null,
        1,
      ),
      what,
    )
  }
})

tap.test('always and never are said without any attribute', async (t) => {
  for (const [kind, sql, prisma] of [
    ['always', 'TRUE', {}],
    ['never', 'FALSE', { OR: [] }],
  ] as const) {
    const plan = { kind }
    t.same(toSql(plan, { dialect: 'sqlite' }), { text: sql, params: [] })
    t.same(toPrisma(plan), prisma)
    t.same(knexOf(plan), [sql, []])
    t.equal(new PgDialect().sqlToQuery(toDrizzle(plan, table, drizzle) as drizzle.SQL).sql, sql)
    t.equal(toPredicate(plan)({}), kind === 'always')
  }
})

tap.test('columns may be called otherwise, and names are quoted', async (t) => {
  const plan = of({ op: 'eq', attribute: a, value: 'x' })
  const options = { columns: { a: 'we"ird?' }, table: 'the t' }
  t.same(toSql(plan, { ...options, dialect: 'postgres', firstParam: 4 }), {
    text: '"the t"."we""ird?" = $4',
    params: ['x'],
  })
  const calls: unknown[] = []
  toKnex(plan, options)({ whereRaw: (...call) => calls.push(call) })
  t.same(calls, [['"the t"."we""ird\\?" = ?', ['x']]])
  t.same(toPrisma(plan, { fields: { a: 'alpha' } }), { alpha: { equals: 'x' } })
  t.same(toPrisma(plan, { fields: Object.create({ a: 'inherited' }) }), { a: { equals: 'x' } })
})

tap.test('a dialect or a column that is not there is said', async (t) => {
  const plan = of(isNull)
  t.throws(() => toSql(plan, { dialect: 'mysql' as never }), { code: 'LATCHKEY_AUTHZ_UNSUPPORTED' })
  t.throws(() => toDrizzle(plan, {}, drizzle), {
    code: 'LATCHKEY_AUTHZ_UNKNOWN_NAME',
    message: /the table has no column "a"/,
  })
})

tap.test('rows in memory pass as they do in a database', async (t) => {
  const rows = [
    { a: "o'x", b: false, n: 0, l: ['x'] },
    { a: 'x50%_\\', b: true, n: 3e9, l: [] },
    { a: null, b: null, n: null, l: null },
    { a: half, b: 'true', n: Number.NaN, l: 'x' },
  ]
  const passing = Object.fromEntries(
    filters.map(([what, filter]) => [
      what,
      rows
        .map(toPredicate(of(filter)))
        .map(Number)
        .join(''),
    ]),
  )
  t.matchSnapshot(JSON.stringify(passing, null, 1))
})
