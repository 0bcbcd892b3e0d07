import { withOauthServer } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Command, isSet } from '../command.js'
import { CommandError } from '../errors.js'
import { confirm } from '../prompt.js'

/** `clients remove` */
export const clientsRemove: Command = {
  name: 'clients remove',
  says: 'End a registered OAuth client with all that it holds.',
  args: [{ name: 'id', says: 'The id of the client.' }],
  options: { ...appOptions, yes: { says: 'Do not ask.' } },
  examples: ['latchkey clients remove dc7Hq2LmXw0bTzR4nVkYpS1f'],
  async run(call) {
    const id = call.args[0] as string
    await confirm(call.io, `remove the client "${id}" with all that it holds`, isSet(call, 'yes'))
    const isEnded = await withOauthServer(call, (server) => server.clients.delete(id))
    if (isEnded) return { text: `Removed the client "${id}".`, data: { removed: { id } } }
    throw new CommandError('LATCHKEY_CLI_UNKNOWN', `There is no client "${id}"`)
  },
}
