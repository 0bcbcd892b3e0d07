import { PasswordBusy } from './errors.js'

/** Lets a bounded number of pieces of work go on at the same time. */
export interface Gate {
  /**
   * Does the work when it is its turn.
   *
   * @throws {Error} `LATCHKEY_SESSION_PASSWORD_BUSY` when too many wait.
   */
  pass<T>(work: () => Promise<T>): Promise<T>
}

/**
 * @param most Pieces of work at the same time.
 * @param queue How many may wait.
 */
export function createGate(most: number, queue: number): Gate {
  const waiting: (() => void)[] = []
  let inside = 0

  return {
    async pass(work) {
      if (inside >= most && waiting.length >= queue) throw new PasswordBusy()
      if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
      else inside++
      try {
        return await work()
      } finally {
        // Whoever waits takes the place over.
        const next = waiting.shift()
        if (next === undefined) inside--
        else next()
      }
    },
  }
}
