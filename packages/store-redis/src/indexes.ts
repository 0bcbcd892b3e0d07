import type { Store } from '@latchkey/store'
import { checkInstant, checkKey, checkPageLimit } from '@latchkey/store/engine'
import { type Names, toMilliseconds } from './names.js'
import { linkScript, listScript, unlinkScript } from './scripts.js'
import type { Sender } from './sender.js'

/** The index facet. */
export type RedisIndexes = Pick<Store, 'link' | 'unlink' | 'list'>

/**
 * Makes the index facet: two sorted sets an index, one in the order in which it is listed, one in
 * the order in which its members end.
 */
export function createIndexes(sender: Sender, names: Names): RedisIndexes {
  return {
    async link(index, member, expiresAt) {
      checkKey(index)
      checkKey(member)
      checkInstant(expiresAt)
      await sender.run(linkScript, names.index(index), member, toMilliseconds(expiresAt))
    },

    async unlink(index, member) {
      checkKey(index)
      checkKey(member)
      await sender.run(unlinkScript, names.index(index), member)
    },

    async list(index, { cursor = null, limit: asked } = {}) {
      checkKey(index)
      const limit = checkPageLimit(asked)
      if (cursor !== null) checkKey(cursor)
      const found = (await sender.run(
        listScript,
        names.index(index),
        cursor ?? '',
        limit,
      )) as string[]
      const members = found.slice(0, limit)
      const last = members.at(-1) ?? null
      return { members, cursor: found.length > limit ? last : null }
    },
  }
}
