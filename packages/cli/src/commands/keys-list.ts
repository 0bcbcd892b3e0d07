import type { ApiKeyInfo } from '@latchkey/api-key'
import { nameOption, withApiKeys } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Command, isSet, textOf } from '../command.js'
import { showInstant } from '../instant.js'
import { table } from '../table.js'
import { parseOwner, showOwner } from './key-text.js'

function row(info: ApiKeyInfo): string[] {
  return [
    info.id,
    info.name,
    info.state,
    showOwner(info.owner),
    info.environment,
    info.scopes.join(' '),
    showInstant(info.expiresAt),
    showInstant(info.lastUsedAt),
  ]
}

/** `keys list` */
export const keysList: Command = {
  name: 'keys list',
  says: 'List API keys.',
  options: {
    ...appOptions,
    name: nameOption,
    owner: { value: 'type:id', says: 'Only keys of this owner.' },
    tenant: { value: 'id', says: 'Only keys of this organization.' },
    active: { says: 'Only keys that work.' },
  },
  examples: [
    'latchkey keys list --app ./dist/app.js',
    'latchkey keys list --owner service:billing --active --json',
  ],
  async run(call) {
    const owner = textOf(call, 'owner')
    const tenant = textOf(call, 'tenant')
    const which = {
      ...(owner === undefined ? {} : { owner: parseOwner(owner) }),
      ...(tenant === undefined ? {} : { tenant }),
    }
    const found = await withApiKeys(call, async (keys) => {
      const all: ApiKeyInfo[] = []
      let cursor: string | null = null
      do {
        const page = await keys.list({ ...which, cursor, limit: 1000 })
        all.push(...page.keys)
        cursor = page.cursor
      } while (cursor !== null)
      return all
    })
    const keys = isSet(call, 'active') ? found.filter(({ state }) => state === 'active') : found
    const heads = ['id', 'name', 'state', 'owner', 'environment', 'scopes', 'expires', 'last used']
    const text = keys.length === 0 ? 'No keys.' : table([heads, ...keys.map(row)])
    return { text, data: { keys } }
  },
}
