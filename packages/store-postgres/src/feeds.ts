import { type Store, StoreInvalid } from '@latchkey/store'
import { checkInstant, checkKey, followSource, serializeValue } from '@latchkey/store/engine'
import type { Ask } from './ask.js'
import type { Database } from './database.js'
import { createSource } from './follower.js'
import type { Settings } from './options.js'
import type { Statements } from './statements.js'

/** The feed facet, and its figures. */
export interface PostgresFeeds extends Pick<Store, 'append' | 'follow'> {
  /** Followers now. */
  followers(): number
}

/** Makes the feed facet: a table, and notifications that only hurry its readers. */
export function createFeeds(
  database: Database,
  ask: Ask,
  statements: Statements,
  { schema, timeout }: Settings,
): PostgresFeeds {
  const channel = `latchkey_${schema}`
  let followers = 0
  return {
    async append(feed, entry, expiresAt) {
      checkKey(feed)
      checkInstant(expiresAt)
      const text = serializeValue(entry)
      const [row] = await ask(statements.append, [feed, text, expiresAt, channel])
      return String(row?.position)
    },

    async follow(feed, cursor, onEntry, onState) {
      checkKey(feed)
      if (cursor !== null && !/^\d{1,18}$/.test(cursor)) {
        throw new StoreInvalid('a cursor is not one of this feed')
      }
      const source = createSource(database, statements, { feed, channel, timeout })
      const stop = await followSource(source, cursor, onEntry, onState)
      followers++
      let isStopped = false
      return async () => {
        if (!isStopped) followers--
        isStopped = true
        await stop()
      }
    },

    followers: () => followers,
  }
}
