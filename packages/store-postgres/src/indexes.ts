import type { Store } from '@latchkey/store'
import { checkInstant, checkKey, checkPageLimit } from '@latchkey/store/engine'
import type { Ask } from './ask.js'
import type { Statements } from './statements.js'

/** The index facet. */
export type PostgresIndexes = Pick<Store, 'link' | 'unlink' | 'list'>

/** Makes the index facet: pages follow the bytes of the members, which no expiry changes. */
export function createIndexes(ask: Ask, statements: Statements): PostgresIndexes {
  return {
    async link(index, member, expiresAt) {
      checkKey(index)
      checkKey(member)
      checkInstant(expiresAt)
      await ask(statements.link, [index, member, expiresAt])
    },

    async unlink(index, member) {
      checkKey(index)
      checkKey(member)
      await ask(statements.unlink, [index, member])
    },

    async list(index, { cursor = null, limit: asked } = {}) {
      checkKey(index)
      const limit = checkPageLimit(asked)
      if (cursor !== null) checkKey(cursor)
      const rows = await ask(statements.list, [index, cursor ?? '', limit + 1])
      const members = rows.slice(0, limit).map((row) => row.member as string)
      const last = members.at(-1) ?? null
      return { members, cursor: rows.length > limit ? last : null }
    },
  }
}
