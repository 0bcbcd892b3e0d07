import { type Store, StoreInvalid } from '@latchkey/store'
import { checkInstant, checkKey, followSource, serializeValue } from '@latchkey/store/engine'
import type { Cluster, Redis } from 'ioredis'
import { createSource } from './follower.js'
import { type Names, toMilliseconds } from './names.js'
import { appendScript } from './scripts.js'
import type { Sender } from './sender.js'

/** The feed facet, and its figures. */
export interface RedisFeeds extends Pick<Store, 'append' | 'follow'> {
  /** Followers now. */
  followers(): number
}

const cursorShape = /^\d{1,16}-\d{1,20}$/

/** Makes the feed facet: a stream a feed, and a sorted set of when its entries end. */
export function createFeeds(
  client: Redis | Cluster,
  sender: Sender,
  names: Names,
  timeout: number,
): RedisFeeds {
  let followers = 0
  return {
    async append(feed, entry, expiresAt) {
      checkKey(feed)
      checkInstant(expiresAt)
      const text = serializeValue(entry)
      const ends = toMilliseconds(expiresAt)
      return (await sender.run(appendScript, names.feed(feed), text, ends)) as string
    },

    async follow(feed, cursor, onEntry, onState) {
      checkKey(feed)
      if (cursor !== null && !cursorShape.test(cursor)) {
        throw new StoreInvalid('a cursor is not one of this feed')
      }
      const source = createSource(client, names.feed(feed), timeout)
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
