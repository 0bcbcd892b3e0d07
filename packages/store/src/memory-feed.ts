import { checkInstant, checkKey, serializeValue } from './arguments.js'
import { StoreInvalid } from './errors.js'
import { createExpiringMap, type Expiring } from './expiring-map.js'
import { createLog, type Log, type LogEntry } from './log.js'
import type { FeedState, StopFollowing, Store } from './types.js'

interface FeedItem extends Expiring {
  readonly log: Log<FeedItem>
  readonly text: string
  entry?: LogEntry<FeedItem>
}

interface Follower {
  pump(): void
  onState(state: FeedState): void
}

interface Feed {
  readonly log: Log<FeedItem>
  readonly followers: Set<Follower>
}

/** The feed facet of the memory store, and its figures. */
export interface MemoryFeeds extends Pick<Store, 'append' | 'follow'> {
  figures(): { readonly entries: number; readonly followers: number }
}

const heartbeatMilliseconds = 1000

function positionOf(cursor: string, head: number): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new StoreInvalid('a cursor is not one of this feed')
  const position = Number(cursor)
  return position > head ? 0 : position
}

/** Makes the feed facet of the memory store. Followers hear of an entry before `append` resolves. */
export function createMemoryFeeds(maxRecords: number, clock: () => number): MemoryFeeds {
  const feeds = new Map<string, Feed>()
  const followers = new Set<Follower>()
  const items = createExpiringMap<FeedItem, FeedItem>(maxRecords, clock, (item) => {
    item.log.remove(item.entry as LogEntry<FeedItem>)
  })
  let heartbeat: NodeJS.Timeout | undefined

  function feedOf(name: string): Feed {
    let feed = feeds.get(name)
    if (feed === undefined) {
      feed = { log: createLog<FeedItem>(), followers: new Set() }
      feeds.set(name, feed)
    }
    return feed
  }

  function join(feed: Feed, follower: Follower): void {
    feed.followers.add(follower)
    followers.add(follower)
    heartbeat ??= setInterval(() => {
      for (const each of followers) each.onState('live')
    }, heartbeatMilliseconds).unref()
  }

  function leave(feed: Feed, follower: Follower): void {
    feed.followers.delete(follower)
    followers.delete(follower)
    if (followers.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  return {
    async append(name, entry, expiresAt) {
      checkKey(name)
      checkInstant(expiresAt)
      const feed = feedOf(name)
      const item: FeedItem = { log: feed.log, text: serializeValue(entry), expiresAt }
      items.put(item, item)
      item.entry = feed.log.append(item)
      for (const follower of feed.followers) follower.pump()
      return String(item.entry.position)
    },

    async follow(name, cursor, onEntry, onState): Promise<StopFollowing> {
      checkKey(name)
      const feed = feedOf(name)
      let position = cursor === null ? 0 : positionOf(cursor, feed.log.head)
      let isPumping = false
      let isStopped = false

      function pump(): void {
        if (isPumping) return
        isPumping = true
        let entry = feed.log.after(position)
        while (entry !== undefined && !isStopped) {
          position = entry.position
          if (items.get(entry.item) !== undefined) {
            onEntry(JSON.parse(entry.item.text), String(position))
          }
          entry = feed.log.after(position)
        }
        isPumping = false
      }

      const follower = { pump, onState }
      pump()
      join(feed, follower)
      onState('live')
      return async () => {
        isStopped = true
        leave(feed, follower)
      }
    },

    figures: () => ({ entries: items.size, followers: followers.size }),
  }
}
