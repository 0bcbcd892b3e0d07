import type { KeyRecord } from './record.js'
import type { KeyRepository } from './repository.js'
import type { Digester } from './secret-digest.js'

/** Moves digests under the current pepper when their keys are used, off the request path. */
export interface DigestUpgrade {
  /** Looks at a key that has just been accepted; the text is not kept. */
  consider(record: KeyRecord, text: string, now: number): void
  /** Resolves when all that is under way has ended. */
  settled(): Promise<void>
}

/** Prepares the upgrades of one registration. */
export function createDigestUpgrade(
  repository: Pick<KeyRepository, 'change'>,
  digester: Digester,
  onError: (error: unknown) => void,
): DigestUpgrade {
  const underWay = new Map<string, Promise<unknown>>()
  return {
    consider(record, text, now) {
      if (underWay.has(record.id)) return
      const old = record.secrets.find(
        (secret) => !digester.isCurrent(secret.scheme, now) && digester.matcher(secret)(text, now),
      )
      if (old === undefined) return
      const current = digester.digest(text, now)
      const change = repository
        .change(record.id, (found) => {
          const at = found.secrets.findIndex((secret) => secret.digest === old.digest)
          if (at < 0) return found
          return { ...found, secrets: found.secrets.with(at, { ...old, ...current }) }
        })
        .catch(onError)
        .finally(() => underWay.delete(record.id))
      underWay.set(record.id, change)
    },
    async settled() {
      await Promise.all(underWay.values())
    },
  }
}
