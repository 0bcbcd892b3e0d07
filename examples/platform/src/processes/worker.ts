import type { OpenedStore } from '../open-store.js'
import { remoteStore } from './remote-store.js'
import type { Channel } from './wire.js'

/** The channel of a process to the one that forked it. */
function parentChannel(): Channel {
  return {
    send: (message) => {
      process.send?.(message as object)
    },
    onMessage: (listener) => {
      process.on('message', listener)
    },
    onClose: (listener) => {
      process.once('disconnect', listener)
    },
  }
}

/** The store that the first process holds, in one of the others. */
export function openParentStore(kind: string): OpenedStore {
  return { store: remoteStore(parentChannel()), kind, close: async () => {} }
}
