import type { Identity } from '@latchkey/identity'
import { showInstant } from '../instant.js'
import { facts } from '../table.js'

/** An identity as JSON can hold it. */
export function identityData(identity: Identity): Readonly<Record<string, unknown>> {
  const { scopes, roles, ...rest } = identity
  return { ...rest, scopes: [...scopes], roles: [...roles] }
}

/** An identity, for people. */
export function describeIdentity(identity: Identity): string {
  const { expiresAt } = identity
  return facts([
    ['subject', identity.subject],
    ['issuer', identity.issuer],
    ['kind', identity.kind],
    ['client', identity.clientId ?? ''],
    ['tenant', identity.tenant ?? ''],
    ['scopes', [...identity.scopes].join(' ')],
    ['roles', [...identity.roles].join(' ')],
    ['credential', identity.credentialId],
    ['expires', expiresAt === undefined ? '' : showInstant(Math.floor(expiresAt))],
  ])
}
