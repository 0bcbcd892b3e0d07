import { nameOption, withApiKeys } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Command, isSet, textOf } from '../command.js'
import { parseDuration } from '../instant.js'
import { confirm } from '../prompt.js'
import { describeIssued, shownOnce } from './key-text.js'
import { readExpiry } from './keys-create.js'

/** `keys rotate` */
export const keysRotate: Command = {
  name: 'keys rotate',
  says: 'Give an API key a new secret under the same id, and show it once.',
  details:
    'Without --overlap the old secret stops working at once, so the command asks first, or needs --yes.',
  args: [{ name: 'id', says: 'The id of the key; never the key itself.' }],
  options: {
    ...appOptions,
    name: nameOption,
    overlap: {
      value: 'duration',
      says: 'How long the old secret goes on working. Default: not at all.',
    },
    'expires-in': {
      value: 'duration',
      says: 'When the key ends: 90d, 12h, never. Default: as before, anew.',
    },
    yes: { says: 'Do not ask.' },
  },
  examples: ['latchkey keys rotate 4cF8hJw0ZrT1mQ9b --overlap 1d'],
  async run(call) {
    const id = call.args[0] as string
    const given = textOf(call, 'overlap')
    const overlap = given === undefined ? 0 : parseDuration('overlap', given)
    const expiry = readExpiry(call)
    if (overlap === 0) {
      await confirm(call.io, `end the secret of the key "${id}" at once`, isSet(call, 'yes'))
    }
    const issued = await withApiKeys(call, (keys) => keys.rotate(id, { overlap, ...expiry }))
    call.io.note(shownOnce)
    return { text: describeIssued(issued.key, issued.info), data: issued }
  },
}
