interface Waiting<Result> {
  resolve(result: Result | undefined): void
  reject(error: unknown): void
}

const largestBatch = 500

/**
 * Collects the look-ups of one turn of the event loop, and makes one round trip of them.
 *
 * @param load Asks the engine for some different keys; what is not there is left out of the map.
 *   What it rejects with, every caller of the batch is rejected with.
 * @returns Looks up one key; `undefined` when it is not there.
 */
export function createBatcher<Result>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Result>>,
): (key: string) => Promise<Result | undefined> {
  let pending = new Map<string, Waiting<Result>[]>()

  async function run(batch: Map<string, Waiting<Result>[]>): Promise<void> {
    try {
      const found = await load([...batch.keys()])
      for (const [key, all] of batch) for (const each of all) each.resolve(found.get(key))
    } catch (error) {
      for (const all of batch.values()) for (const each of all) each.reject(error)
    }
  }

  function flush(): void {
    const batch = pending
    pending = new Map()
    if (batch.size > 0) void run(batch)
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (pending.size === 0) setImmediate(flush)
      const all = pending.get(key)
      if (all === undefined) pending.set(key, [{ resolve, reject }])
      else all.push({ resolve, reject })
      if (pending.size === largestBatch) flush()
    })
}
