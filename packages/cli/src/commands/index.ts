import type { Command } from '../command.js'
import { clientsAdd } from './clients-add.js'
import { clientsList } from './clients-list.js'
import { clientsRemove } from './clients-remove.js'
import { doctor } from './doctor.js'
import { explainCommand } from './explain.js'
import { jwksGenerate } from './jwks-generate.js'
import { jwksRotate } from './jwks-rotate.js'
import { keyPatternCommand } from './key-pattern.js'
import { keysCreate } from './keys-create.js'
import { keysList } from './keys-list.js'
import { keysRevoke } from './keys-revoke.js'
import { keysRotate } from './keys-rotate.js'
import { report } from './report.js'
import { tokensDecode } from './tokens-decode.js'
import { tokensRevoke } from './tokens-revoke.js'
import { tokensVerify } from './tokens-verify.js'

/** Every command, as the help lists them. */
export const commands: readonly Command[] = [
  keysCreate,
  keysList,
  keysRotate,
  keysRevoke,
  keyPatternCommand,
  jwksGenerate,
  jwksRotate,
  clientsAdd,
  clientsList,
  clientsRemove,
  tokensDecode,
  tokensVerify,
  tokensRevoke,
  report,
  explainCommand,
  doctor,
]
