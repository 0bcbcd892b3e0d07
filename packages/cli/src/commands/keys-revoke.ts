import { nameOption, withApiKeys } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Command, isSet, textOf } from '../command.js'
import { usage } from '../errors.js'
import { confirm } from '../prompt.js'
import { parseOwner, showOwner } from './key-text.js'

/** `keys revoke` */
export const keysRevoke: Command = {
  name: 'keys revoke',
  says: 'End an API key, or all keys of an owner, for ever and in every process.',
  args: [{ name: 'id', isOptional: true, says: 'The id of the key; never the key itself.' }],
  options: {
    ...appOptions,
    name: nameOption,
    owner: { value: 'type:id', says: 'End all keys of this owner instead of one key.' },
    reason: { value: 'code', says: 'Why, for events and the record. Default: revoked.' },
    yes: { says: 'Do not ask.' },
  },
  examples: [
    'latchkey keys revoke 4cF8hJw0ZrT1mQ9b',
    'latchkey keys revoke --owner user:u1 --reason offboarding --yes',
  ],
  async run(call) {
    const [id] = call.args
    const named = textOf(call, 'owner')
    const reason = textOf(call, 'reason')
    const options = reason === undefined ? {} : { reason }
    const isSure = isSet(call, 'yes')
    if (id !== undefined && named === undefined) {
      await confirm(call.io, `revoke the key "${id}" for ever`, isSure)
      await withApiKeys(call, (keys) => keys.revoke(id, options))
      return { text: `Revoked the key "${id}".`, data: { revoked: { id } } }
    }
    if (id !== undefined || named === undefined) throw usage('Write either <id> or --owner')
    const owner = parseOwner(named)
    await confirm(call.io, `revoke all keys of "${showOwner(owner)}" for ever`, isSure)
    await withApiKeys(call, (keys) => keys.revokeAll(owner, options))
    return { text: `Revoked all keys of "${showOwner(owner)}".`, data: { revoked: { owner } } }
  },
}
