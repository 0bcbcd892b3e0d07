import { type FeedSource, withinDeadline } from '@latchkey/store/engine'
import type { Database, Row, Session } from './database.js'
import type { Statements } from './statements.js'

const pageSize = 1000
const heartbeatMilliseconds = 1000

/** What a follower follows, and how. */
export interface SourceOptions {
  readonly feed: string
  readonly channel: string
  /** Seconds that an answer may take. */
  readonly timeout: number
}

/**
 * Makes the source of one follower. A notification only wakes it up; what it delivers, it reads
 * behind its cursor, each second anyway. So nothing depends on a notification.
 */
export function createSource(
  database: Database,
  statements: Statements,
  { feed, channel, timeout }: SourceOptions,
): FeedSource {
  let session: Session | undefined
  let isNoticed = false
  let isClosed = false
  let isStarted = false
  let turns = 0
  let wake = (): void => {}

  function onNotice(): void {
    isNoticed = true
    wake()
  }

  /** A session that comes too late, when another one is being opened, is closed again. */
  async function open(): Promise<Session> {
    const turn = ++turns
    const opened = await database.listen(channel, onNotice)
    if (isClosed || turn !== turns) await opened.close()
    else session = opened
    return opened
  }

  async function close(): Promise<void> {
    const closing = session
    session = undefined
    await closing?.close()
  }

  function notice(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, heartbeatMilliseconds)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function ask(name: 'read' | 'head', values: unknown[]): Promise<readonly Row[]> {
    const { query } = session ?? (await withinDeadline(timeout, open()))
    return withinDeadline(timeout, query(statements[name], values))
  }

  /** A cursor from beyond the head is from another life of the database: then all is read. */
  async function locate(cursor: string | null): Promise<string | null> {
    if (cursor === null) return null
    const [row] = await ask('head', [feed])
    return BigInt(cursor) <= BigInt(String(row?.head ?? 0)) ? cursor : null
  }

  return {
    async read(cursor, mayWait) {
      if (mayWait && !isNoticed) await notice()
      isNoticed = false
      const start = isStarted ? cursor : await locate(cursor)
      isStarted = true
      const rows = await ask('read', [feed, start ?? '0', pageSize])
      if (rows.length === pageSize) isNoticed = true
      return rows.map((row) => ({ text: row.entry as string, cursor: String(row.position) }))
    },

    async rewind(cursor) {
      await close().catch(() => {})
      return locate(cursor)
    },

    async close() {
      isClosed = true
      wake()
      await close()
    },
  }
}
