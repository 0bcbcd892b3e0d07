import { Unavailable } from './errors.js'
import type { House } from './house.js'
import type { Settings } from './options.js'

/** Until when other processes may hear that a session changed; then none remembers it any more. */
function hintEnd({ now, idleTimeout, touchInterval }: Settings): number {
  return now() + idleTimeout + 2 * touchInterval
}

/** Tells every process to read a session again. */
export async function announce({ memory, settings }: House, id: string): Promise<void> {
  try {
    await memory.announce(id, hintEnd(settings))
  } catch (cause) {
    throw new Unavailable({ cause })
  }
}
