import { boundedMap, sha256Base64url } from '@latchkey/tokens'
import type { KeyRepository } from './repository.js'

/** Keys of another system that are to go on working. */
export interface ForeignKeys {
  /** What they look like, from `^` to `$`; whatever does not is refused without asking the store. */
  readonly pattern: RegExp
  /**
   * How many random bits each has. Fewer than 112 would need a slow hash, and are refused: such
   * keys can be guessed from their digests.
   */
  readonly bits: number
}

/** Finds the ids under which foreign keys go. */
export interface ForeignNames {
  matches(text: string): boolean
  /** @returns The id, `null` when there is none, `undefined` when the store must be asked. */
  find(text: string, now: number): string | null | undefined
  /** Asks the store. */
  load(text: string, now: number): Promise<string | null>
  /** Forgets what is known of a digest. */
  forget(digest: string): void
}

interface Name {
  readonly id: string | null
  readonly freshUntil: number
}

const LONGEST = 512

/** Prepares the names of foreign keys; `null` where there are none. */
export function createForeignNames(
  foreign: ForeignKeys | null,
  repository: Pick<KeyRepository, 'loadAlias'>,
  cacheSize: number,
  negativeTtl: number,
): ForeignNames {
  const names = boundedMap<Name>(cacheSize)
  return {
    matches: (text) => foreign !== null && text.length <= LONGEST && foreign.pattern.test(text),
    find(text, now) {
      const name = names.get(sha256Base64url(text))
      return name === undefined || now >= name.freshUntil ? undefined : name.id
    },
    async load(text, now) {
      const digest = sha256Base64url(text)
      const id = await repository.loadAlias(digest)
      // A name that is found never changes, one that is missing may be given at any time.
      const freshUntil = id === null ? now + negativeTtl : Number.POSITIVE_INFINITY
      names.set(digest, { id, freshUntil })
      return id
    },
    forget: (digest) => names.delete(digest),
  }
}
