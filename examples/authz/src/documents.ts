import { PGlite } from '@electric-sql/pglite'
import { type Plan, toSql } from '@latchkey/authz'

/** A row of the table. */
export interface Document {
  readonly id: string
  readonly tenant: string
  readonly owner: string
  readonly title: string
  readonly status: string
  readonly sharedWith: readonly string[]
  readonly budget: number
}

/** The table of documents. */
export interface Documents {
  /** Those that a plan lets through: the database filters, no row is read in vain. */
  list(plan: Plan): Promise<readonly Document[]>
  /** @returns `null` when there is none of that id. */
  find(id: string): Promise<Document | null>
  rename(id: string, title: string): Promise<void>
  publish(id: string): Promise<void>
  close(): Promise<void>
}

const ROWS: readonly Document[] = [
  row('d1', 'acme', 'ann', 'Roadmap', 'draft', ['bob'], 500),
  row('d2', 'acme', 'ann', 'Press release', 'published', [], 200),
  row('d3', 'acme', 'bob', 'Notes', 'draft', [], 20),
  row('d4', 'acme', 'mia', 'New building', 'draft', [], 90_000),
  row('d5', 'umbrella', 'eve', 'Roadmap', 'published', [], 1),
]

function row(
  id: string,
  tenant: string,
  owner: string,
  title: string,
  status: string,
  sharedWith: readonly string[],
  budget: number,
): Document {
  return { id, tenant, owner, title, status, sharedWith, budget }
}

/** Opens a PostgreSQL in this process and fills the table. */
export async function openDocuments(): Promise<Documents> {
  const db = await PGlite.create()
  await db.exec(`CREATE TABLE documents (
    id text PRIMARY KEY, tenant text, owner text, title text, status text,
    "sharedWith" text[], budget integer)`)
  for (const each of ROWS) {
    await db.query('INSERT INTO documents VALUES ($1, $2, $3, $4, $5, $6, $7)', Object.values(each))
  }
  return {
    async list(plan) {
      const { text, params } = toSql(plan, { dialect: 'postgres' })
      const found = await db.query<Document>(`SELECT * FROM documents WHERE ${text} ORDER BY id`, [
        ...params,
      ])
      return found.rows
    },
    async find(id) {
      const found = await db.query<Document>('SELECT * FROM documents WHERE id = $1', [id])
      return found.rows[0] ?? null
    },
    async rename(id, title) {
      await db.query('UPDATE documents SET title = $2 WHERE id = $1', [id, title])
    },
    async publish(id) {
      await db.query(`UPDATE documents SET status = 'published' WHERE id = $1`, [id])
    },
    close: () => db.close(),
  }
}
