/** Writes some bytes of a text. @returns How many. */
export type WriteSome = (bytes: Uint8Array) => number

/**
 * Writes a whole text, however little the other side takes at once.
 *
 * @param wait Called where it takes nothing for the moment.
 * @returns `false` when the other side has gone: nobody reads any more.
 */
export function writeAll(text: string, writeSome: WriteSome, wait: () => void): boolean {
  let rest: Uint8Array = Buffer.from(text)
  while (rest.byteLength > 0) {
    try {
      rest = rest.subarray(writeSome(rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return false
      if (code !== 'EAGAIN') throw error
      wait()
    }
  }
  return true
}
