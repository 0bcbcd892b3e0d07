import {
  type FeedState,
  type Json,
  type Store,
  StoreFull,
  StoreInvalid,
  StoreUnavailable,
  StoreUnfit,
} from '@latchkey/store'
import { type Answer, type Channel, isOfKind, type Operation, type WireError } from './wire.js'

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

interface Follower {
  onEntry(entry: Json, cursor: string): void
  onState(state: FeedState): void
}

/** Seconds that the process which holds the store may take to answer. */
const PATIENCE = 5

const known = { StoreFull, StoreInvalid, StoreUnavailable, StoreUnfit }

function revive({ code, message }: WireError): Error {
  const made = Object.values(known)
    .map((Known) => new Known(''))
    .find((error) => error.code === code)
  return Object.assign(made ?? new Error(message), { message })
}

/** A store that lives in another process, at the other end of a channel. */
export function remoteStore(channel: Channel): Store {
  const pending = new Map<number, Pending>()
  const followers = new Map<number, Follower>()
  let last = 0
  let isOpen = true

  function ask(operation: Operation, args: readonly unknown[], id = ++last): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!isOpen) return reject(new StoreUnavailable('the process that holds it is gone'))
      const timer = setTimeout(() => {
        pending.delete(id)
        reject(new StoreUnavailable(`the process that holds it took over ${PATIENCE} s`))
      }, PATIENCE * 1000)
      const settle =
        <Result>(settled: (result: Result) => void) =>
        (result: Result) => {
          clearTimeout(timer)
          pending.delete(id)
          settled(result)
        }
      pending.set(id, { resolve: settle(resolve), reject: settle(reject) })
      channel.send({ kind: 'store-question', id, operation, args })
    })
  }

  channel.onMessage((message) => {
    if (!isOfKind<Answer>(message, 'store-')) return
    if (message.kind === 'store-entry') {
      followers.get(message.id)?.onEntry(message.entry, message.cursor)
    } else if (message.kind === 'store-state') {
      followers.get(message.id)?.onState(message.state)
    } else if (message.kind === 'store-answer') {
      const waiting = pending.get(message.id)
      if ('error' in message) waiting?.reject(revive(message.error))
      else waiting?.resolve(message.value)
    }
  })
  channel.onClose(() => {
    isOpen = false
    for (const { reject } of [...pending.values()]) {
      reject(new StoreUnavailable('the process that holds it is gone'))
    }
    for (const { onState } of followers.values()) onState('degraded')
  })

  const passOn =
    <Name extends Exclude<Operation, 'follow' | 'stop'>>(name: Name) =>
    (...args: Parameters<Store[Name]>) =>
      ask(name, args) as ReturnType<Store[Name]>

  return {
    get: passOn('get'),
    create: passOn('create'),
    replace: passOn('replace'),
    delete: passOn('delete'),
    link: passOn('link'),
    unlink: passOn('unlink'),
    list: passOn('list'),
    increment: passOn('increment'),
    append: passOn('append'),
    ready: passOn('ready'),
    stats: passOn('stats'),

    async follow(feed, cursor, onEntry, onState) {
      const id = ++last
      followers.set(id, { onEntry, onState })
      try {
        await ask('follow', [feed, cursor], id)
      } catch (error) {
        followers.delete(id)
        throw error
      }
      return async () => {
        followers.delete(id)
        if (isOpen) await ask('stop', [id])
      }
    },
  }
}
