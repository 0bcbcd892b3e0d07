import type { Identity } from '@latchkey/identity'
import { requireService } from '@latchkey/services'
import fc from 'fast-check'
import tap from 'tap'
import { toSql } from '../src/index.js'
import type { PolicyDefinition } from '../src/policy-definition.js'
import { type Database, openPglite, openPostgres, openSqlite } from './fixtures/databases.js'
import * as random from './fixtures/random.js'

const ROWS = 40
/** Cases that go into one statement, and so share its parameters. */
const BATCH = 50

type Case = readonly [PolicyDefinition, Identity]
const batch = fc.array(fc.tuple(random.definition, random.identity), {
  minLength: BATCH,
  maxLength: BATCH,
})

async function agree(
  db: Database,
  rows: readonly random.Row[],
  cases: readonly Case[],
): Promise<void> {
  const selects: string[] = []
  const params: unknown[] = []
  const expected: string[] = []
  for (const [at, [definition, identity]] of cases.entries()) {
    const policy = random.compile(definition)
    const plan = policy.plan({ identity, permission: 'item.read', type: 'item' })
    const { dialect } = db
    const filter = toSql(plan, { dialect, table: 'items', firstParam: params.length + 1 })
    selects.push(`SELECT ${at} AS "at", "id" FROM items WHERE ${filter.text}`)
    params.push(...filter.params)
    for (const [id, row] of rows.entries()) {
      if (policy.can(identity, 'item.read', row)) expected.push(`${at}:${id}`)
    }
  }
  const found = await db.query(selects.join(' UNION ALL '), params)
  const got = found.map(({ at, id }) => `${at}:${id}`)
  const key = (list: readonly string[]) => [...list].sort().join(' ')
  if (key(got) !== key(expected)) {
    throw new Error(`got ${key(got)}\nexpected ${key(expected)}\n${selects.join('\n')}`)
  }
}

const databases = [
  ['SQLite', openSqlite, false],
  ['PGlite', openPglite, false],
  ['PostgreSQL', openPostgres, requireService('postgres')],
] as const

for (const [name, open, skip] of databases) {
  tap.test(
    `the rows that ${name} finds are those for which the answer is yes`,
    { skip },
    async (t) => {
      const seed = Math.floor(Math.random() * 2 ** 31)
      t.comment(`rows of seed ${seed}`)
      const rows = fc.sample(random.row, { numRuns: ROWS, seed })
      const db = await open(rows)
      t.teardown(() => db.close())
      let cases = 0
      await fc.assert(
        fc.asyncProperty(batch, async (each) => {
          cases += each.length
          await agree(db, rows, each)
        }),
        { numRuns: Math.ceil(random.CASES / BATCH) },
      )
      t.ok(cases >= random.CASES, `${cases} policies and callers, ${ROWS} rows each`)
    },
  )
}
