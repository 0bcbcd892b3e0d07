import { requireService } from '@latchkey/services'
import * as drizzle from 'drizzle-orm'
import { boolean, doublePrecision, integer, PgDialect, pgTable, text } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import createKnex from 'knex'
import tap from 'tap'
import { type Plan, toDrizzle, toKnex, toPrisma } from '../src/index.js'
import { openPglite, openPostgres, openSqlite } from './fixtures/databases.js'
import { matches } from './fixtures/prisma.js'
import * as random from './fixtures/random.js'

const ROWS = 40
const CASES = random.part(10)
const QUESTION = { permission: 'item.read', type: 'item' }

const items = pgTable('items', {
  id: integer('id'),
  owner: text('owner'),
  tenant: text('tenant'),
  status: text('status'),
  size: integer('size'),
  price: doublePrecision('price'),
  flag: boolean('flag'),
  tags: text('tags').array(),
})

/** Holds a way to find rows against the decision about each. */
async function agree(
  rows: readonly random.Row[],
  find: (plan: Plan) => Promise<readonly random.Row[]>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(random.definition, random.identity, async (definition, identity) => {
      const policy = random.compile(definition)
      const found = await find(policy.plan({ identity, ...QUESTION }))
      const ids = found.map(({ id }) => id as number).sort((a, b) => a - b)
      const expected = rows.flatMap((row, id) =>
        policy.can(identity, 'item.read', row) ? [id] : [],
      )
      return JSON.stringify(ids) === JSON.stringify(expected)
    }),
    { numRuns: CASES },
  )
}

tap.test('Drizzle finds the rows for which the answer is yes', async (t) => {
  const rows = fc.sample(random.row, ROWS)
  const db = await openPglite(rows)
  t.teardown(() => db.close())
  const dialect = new PgDialect()
  await agree(rows, (plan) => {
    const query = dialect.sqlToQuery(
      drizzle.sql`SELECT ${items.id} FROM ${items} WHERE ${toDrizzle(plan, items, drizzle)}`,
    )
    return db.query(query.sql, query.params)
  })
  t.pass(`${CASES} policies and callers`)
})

const noPostgres = requireService('postgres')
tap.test('Knex finds the rows for which the answer is yes', { skip: noPostgres }, async (t) => {
  const rows = fc.sample(random.row, ROWS)
  const db = await openPostgres(rows)
  const knex = createKnex({ client: 'pg', connection: db.url })
  t.teardown(async () => {
    await knex.destroy()
    await db.close()
  })
  await agree(rows, async (plan) => {
    const query = knex('items')
      .select('id')
      .where('id', '>=', 0)
      .where(toKnex(plan, { table: 'items' }))
    return query as unknown as Promise<random.Row[]>
  })
  t.pass(`${CASES} policies and callers`)
})

tap.test('what Knex is told for SQLite finds them too', async (t) => {
  const rows = fc.sample(random.row, ROWS)
  const db = await openSqlite(rows)
  t.teardown(() => db.close())
  await agree(rows, async (plan) => {
    let where = { sql: '', bindings: [] as readonly unknown[] }
    toKnex(plan, { dialect: 'sqlite' })({
      whereRaw: (sql, bindings) => {
        where = { sql, bindings }
      },
    })
    return db.query(`SELECT id FROM items WHERE ${where.sql}`, where.bindings)
  })
  t.pass(`${CASES} policies and callers`)
})

tap.test('what Prisma is told means the rows for which the answer is yes', async (t) => {
  const rows = fc.sample(random.row, ROWS)
  await agree(rows, async (plan) => {
    const where = toPrisma(plan)
    return rows.flatMap((row, id) => (matches(where, row) === true ? [{ id }] : []))
  })
  t.pass(`${CASES} policies and callers`)
})
