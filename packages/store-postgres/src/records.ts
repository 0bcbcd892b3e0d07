import { randomBytes } from 'node:crypto'
import type { Store } from '@latchkey/store'
import {
  checkAmount,
  checkInstant,
  checkKey,
  createBatcher,
  serializeValue,
} from '@latchkey/store/engine'
import type { Ask } from './ask.js'
import type { Statements } from './statements.js'

/** The record and counter facets. */
export type PostgresRecords = Pick<Store, 'get' | 'create' | 'replace' | 'delete' | 'increment'>

interface Found {
  readonly key: string
  readonly version: string
  readonly value: string
}

/** Random, so that no version ever comes back. */
function newVersion(): string {
  return randomBytes(12).toString('base64url')
}

/** Makes the record and counter facets: every operation is one statement about one row. */
export function createRecords(ask: Ask, statements: Statements): PostgresRecords {
  const find = createBatcher(async (keys) => {
    const rows = await ask(statements.get, [[...keys]])
    return new Map((rows as unknown as Found[]).map((row) => [row.key, row]))
  })

  async function subtract(counter: string, by: number): Promise<number> {
    const [row] = await ask(statements.subtract, [counter, by])
    return row === undefined ? 0 : Number(row.value)
  }

  return {
    async get(key) {
      checkKey(key)
      const row = await find(key)
      return row === undefined ? null : { value: JSON.parse(row.value), version: row.version }
    },

    async create(key, value, { expiresAt } = {}) {
      checkKey(key)
      const text = serializeValue(value)
      if (expiresAt !== undefined) checkInstant(expiresAt)
      const ends = expiresAt ?? Number.POSITIVE_INFINITY
      return (await ask(statements.create, [key, newVersion(), text, ends])).length === 1
    },

    async replace(key, version, value, { expiresAt } = {}) {
      checkKey(key)
      const text = serializeValue(value)
      if (expiresAt !== undefined) checkInstant(expiresAt)
      const values = [key, version, newVersion(), text, expiresAt ?? null]
      return (await ask(statements.replace, values)).length === 1
    },

    async delete(key) {
      checkKey(key)
      return (await ask(statements.delete, [key])).length === 1
    },

    async increment(counter, by, options) {
      checkKey(counter)
      checkInstant(options.expiresAt)
      const limit = checkAmount(by, options.limit)
      if (by <= 0) return { value: await subtract(counter, by), allowed: true }
      const [row] = await ask(statements.add, [counter, by, limit, options.expiresAt])
      if (row !== undefined) return { value: Number(row.value), allowed: true }
      return { value: await subtract(counter, 0), allowed: false }
    },
  }
}
