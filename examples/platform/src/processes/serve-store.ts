import type { StopFollowing, Store } from '@latchkey/store'
import { type Answer, type Channel, isOfKind, operations, type Question } from './wire.js'

type Call = (...args: readonly unknown[]) => Promise<unknown>

/** Answers another process' questions to a store that lives in this one, until it goes away. */
export function serveStore(store: Store, channel: Channel): void {
  const followers = new Map<number, StopFollowing>()
  let isOpen = true

  function send(answer: Answer): void {
    if (isOpen) channel.send(answer)
  }

  async function run({ id, operation, args }: Question): Promise<unknown> {
    if (operation === 'stop') {
      const follower = args[0] as number
      await followers.get(follower)?.()
      followers.delete(follower)
      return null
    }
    if (operation !== 'follow') return (store[operation] as Call)(...args)
    const stop = await store.follow(
      args[0] as string,
      args[1] as string | null,
      (entry, cursor) => send({ kind: 'store-entry', id, entry, cursor }),
      (state) => send({ kind: 'store-state', id, state }),
    )
    if (isOpen) followers.set(id, stop)
    else await stop()
    return null
  }

  channel.onMessage((message) => {
    if (!isOfKind<Question>(message, 'store-question')) return
    const { id, operation } = message
    if (!operations.includes(operation)) return
    run(message).then(
      (value) => send({ kind: 'store-answer', id, value }),
      (error: { code?: string; message: string }) =>
        send({ kind: 'store-answer', id, error: { code: error.code, message: error.message } }),
    )
  })
  channel.onClose(() => {
    isOpen = false
    for (const stop of followers.values()) void stop()
    followers.clear()
  })
}
