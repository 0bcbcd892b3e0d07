import type { Replica } from '@latchkey/store'
import type { SessionCookie } from './cookie.js'
import type { Cutoffs } from './cutoffs.js'
import type { Memory } from './memory.js'
import type { Settings } from './options.js'
import type { PendingCookies } from './pending-cookies.js'
import type { Repository } from './repository.js'

/** Everything that one registration is made of. */
export interface House {
  readonly settings: Settings
  readonly cookie: SessionCookie
  readonly pending: PendingCookies
  readonly repository: Repository
  readonly replica: Replica
  readonly cutoffs: Cutoffs
  readonly memory: Memory
}
