import type { KeyEvents } from './events.js'
import type { LastUsed } from './last-used.js'
import type { Limits } from './limits.js'
import type { Settings } from './options.js'
import type { KeyRepository } from './repository.js'
import type { Revocations } from './revocations.js'
import type { Digester } from './secret-digest.js'

/** All that one registration works with. */
export interface KeyRing {
  readonly settings: Settings
  readonly repository: KeyRepository
  readonly digester: Digester
  readonly events: KeyEvents
  readonly revocations: Revocations
  readonly lastUsed: LastUsed
  readonly limits: Limits
}
