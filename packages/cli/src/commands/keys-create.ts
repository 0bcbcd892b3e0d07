import { nameOption, withApiKeys } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Call, type Command, listOf, textOf } from '../command.js'
import { usage } from '../errors.js'
import { parseDuration } from '../instant.js'
import { describeIssued, parseOwner, shownOnce } from './key-text.js'

function need(call: Call, option: string): string {
  const text = textOf(call, option)
  if (text === undefined || text === '') throw usage(`--${option} is missing`)
  return text
}

/** When a key is to end. */
export function readExpiry(call: Call): { readonly expiresAt?: number | null } {
  const text = textOf(call, 'expires-in')
  if (text === undefined) return {}
  if (text === 'never') return { expiresAt: null }
  return { expiresAt: Math.floor(call.io.now()) + parseDuration('expires-in', text) }
}

/** `keys create` */
export const keysCreate: Command = {
  name: 'keys create',
  says: 'Make an API key, and show it once.',
  details: 'The key is the first line of the answer, and is on standard output only.',
  options: {
    ...appOptions,
    name: nameOption,
    owner: {
      value: 'type:id',
      says: 'Whose key it is: user:<id>, organization:<id> or service:<id>.',
    },
    label: { value: 'text', says: 'What people call the key.' },
    environment: { value: 'name', says: 'One of those of the registration. Default: the first.' },
    tenant: { value: 'id', says: 'The owning organization. Default: the owner, if it is one.' },
    scope: { value: 'scope', multiple: true, says: 'A scope of the key.' },
    permission: { value: 'name', multiple: true, says: 'A permission of the key.' },
    cidr: { value: 'block', multiple: true, says: 'Addresses that may use it. Default: all.' },
    'expires-in': {
      value: 'duration',
      says: 'When it ends: 90d, 12h, never. Default: what the registration says.',
    },
  },
  examples: [
    'latchkey keys create --app ./dist/app.js --owner service:billing --label "Billing" --scope orders:read',
    'latchkey keys create --owner user:u1 --label "My laptop" --expires-in 30d --json',
  ],
  async run(call) {
    const owner = parseOwner(need(call, 'owner'))
    const label = need(call, 'label')
    const tenant = textOf(call, 'tenant')
    const environment = textOf(call, 'environment')
    const lists = {
      scopes: listOf(call, 'scope'),
      permissions: listOf(call, 'permission'),
      cidrs: listOf(call, 'cidr'),
    }
    const given = Object.entries(lists).filter(([, list]) => list.length > 0)
    const key = {
      owner,
      name: label,
      ...(tenant === undefined ? {} : { tenant }),
      ...(environment === undefined ? {} : { environment }),
      ...readExpiry(call),
      ...Object.fromEntries(given),
    }
    const issued = await withApiKeys(call, (keys) => keys.create(key))
    call.io.note(shownOnce)
    return { text: describeIssued(issued.key, issued.info), data: issued }
  },
}
