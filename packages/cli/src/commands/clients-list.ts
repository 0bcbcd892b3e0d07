import type { ClientPage, ClientSummary } from '@latchkey/oauth-server'
import { withOauthServer } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import type { Command } from '../command.js'
import { table } from '../table.js'

/** `clients list` */
export const clientsList: Command = {
  name: 'clients list',
  says: 'List the OAuth clients: those of the options, and those that were registered.',
  options: { ...appOptions },
  examples: ['latchkey clients list --app ./dist/app.js', 'latchkey clients list --json'],
  async run(call) {
    const clients = await withOauthServer(call, async (server) => {
      const all: ClientSummary[] = []
      let cursor: string | null = null
      do {
        const page: ClientPage = await server.clients.list({ cursor, limit: 1000 })
        all.push(...page.clients)
        cursor = page.cursor
      } while (cursor !== null)
      return all
    })
    const heads = ['id', 'name', 'origin', 'authenticates by', 'grant types', 'redirect URIs']
    const rows = clients.map((client) => [
      client.id,
      client.name ?? '',
      client.origin,
      client.authMethod,
      client.grantTypes.join(' '),
      client.redirectUris.join(' '),
    ])
    const text = clients.length === 0 ? 'No clients.' : table([heads, ...rows])
    return { text, data: { clients } }
  },
}
