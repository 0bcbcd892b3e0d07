import type { ApiKeyInfo, KeyOwner } from '@latchkey/api-key'
import { usage } from '../errors.js'
import { showInstant } from '../instant.js'
import { facts } from '../table.js'

const ownerTypes: readonly string[] = ['user', 'organization', 'service']

/**
 * Reads an owner such as `service:billing`.
 *
 * @throws {CommandError} `LATCHKEY_CLI_USAGE`
 */
export function parseOwner(text: string): KeyOwner {
  const at = text.indexOf(':')
  const [type, id] = [text.slice(0, at), text.slice(at + 1)]
  if (ownerTypes.includes(type) && id !== '') return { type: type as KeyOwner['type'], id }
  throw usage('Cannot read --owner: write user:<id>, organization:<id> or service:<id>')
}

/** An owner as it is written. */
export function showOwner({ type, id }: KeyOwner): string {
  return `${type}:${id}`
}

/** What is known about a key, for people. */
function describeKey(info: ApiKeyInfo): string {
  return facts([
    ['id', info.id],
    ['name', info.name],
    ['state', info.state],
    ['owner', showOwner(info.owner)],
    ['tenant', info.tenant ?? ''],
    ['environment', info.environment],
    ['scopes', info.scopes.join(' ')],
    ['permissions', info.permissions.join(' ')],
    ['addresses', info.cidrs.join(' ')],
    ['expires', showInstant(info.expiresAt)],
    ['old secret', info.overlapEndsAt === null ? '' : `until ${showInstant(info.overlapEndsAt)}`],
  ])
}

/** A key that was just made, its text first and alone on its line. */
export function describeIssued(key: string, info: ApiKeyInfo): string {
  return `${key}\n\n${describeKey(info)}`
}

/** Said beside a new secret, where it does not end up in what reads the answer. */
export const shownOnce = 'This secret is shown once and kept nowhere: store it now.\n'
