import { checkInstant, checkKey, checkPageLimit } from './arguments.js'
import { StoreInvalid } from './errors.js'
import { createExpiringMap, type Expiring } from './expiring-map.js'
import { createLog, type Log, type LogEntry } from './log.js'
import type { Store } from './types.js'

interface Member extends Expiring {
  readonly index: string
  readonly name: string
  entry?: LogEntry<Member>
}

/** The index facet of the memory store, and its figures. */
export interface MemoryIndexes extends Pick<Store, 'link' | 'unlink' | 'list'> {
  figures(): { readonly members: number }
}

function placeOf(index: string, member: string): string {
  return `${index}\0${member}`
}

function positionOf(cursor: string | null | undefined): number {
  if (cursor === null || cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor)) throw new StoreInvalid('a cursor is not one of this index')
  return Number(cursor)
}

/** Makes the index facet of the memory store: pages follow the order in which members came. */
export function createMemoryIndexes(maxRecords: number, clock: () => number): MemoryIndexes {
  const logs = new Map<string, Log<Member>>()
  const members = createExpiringMap<string, Member>(maxRecords, clock, (member) => {
    const log = logs.get(member.index) as Log<Member>
    log.remove(member.entry as LogEntry<Member>)
    if (log.size === 0) logs.delete(member.index)
  })

  function logOf(index: string): Log<Member> {
    let log = logs.get(index)
    if (log === undefined) {
      log = createLog()
      logs.set(index, log)
    }
    return log
  }

  return {
    async link(index, name, expiresAt) {
      checkKey(index)
      checkKey(name)
      checkInstant(expiresAt)
      const place = placeOf(index, name)
      const known = members.get(place)
      if (known !== undefined) {
        known.expiresAt = expiresAt
        return
      }
      const member: Member = { index, name, expiresAt }
      members.put(place, member)
      member.entry = logOf(index).append(member)
    },

    async unlink(index, name) {
      checkKey(index)
      checkKey(name)
      members.delete(placeOf(index, name))
    },

    async list(index, options = {}) {
      checkKey(index)
      const limit = checkPageLimit(options.limit)
      let position = positionOf(options.cursor)
      const log = logs.get(index)
      const page: string[] = []
      for (let entry = log?.after(position); entry !== undefined; entry = log?.after(position)) {
        if (members.get(placeOf(index, entry.item.name)) !== undefined) {
          if (page.length === limit) return { members: page, cursor: String(position) }
          page.push(entry.item.name)
        }
        position = entry.position
      }
      return { members: page, cursor: null }
    },

    figures: () => ({ members: members.size }),
  }
}
