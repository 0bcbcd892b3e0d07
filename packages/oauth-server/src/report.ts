import type { MechanismReport } from '@latchkey/identity'
import { grants } from './grants/index.js'
import { longestLife } from './revocations.js'
import type { Server } from './server.js'

/** What the authorization server tells an operator about itself. No secrets. */
export interface OAuthServerReport extends MechanismReport {
  readonly type: 'oauth-server'
  readonly issuer: string
  /** The grant types, as clients write them. */
  readonly grantTypes: readonly string[]
  /** Seconds that each kind of token is good for at most. */
  readonly lifetimes: Readonly<Record<'code' | 'accessToken' | 'refreshToken' | 'idToken', number>>
  /** Who may become a client. */
  readonly clients: {
    readonly operated: number
    readonly registration: 'off' | 'open' | 'initial-token'
    readonly metadataDocuments: boolean
  }
  /** The resources that tokens are issued for, and whether they can be verified without asking. */
  readonly resources: Readonly<Record<string, 'jwt' | 'opaque'>>
}

/** Whom it may call: what the operator's clients name, and what others may name. */
function outboundOf({ clients, isRegistrationOpen, rules }: Server): string[] {
  const named = clients.operated.flatMap(({ jwksUri, backchannelLogoutUri }) => [
    jwksUri ?? [],
    (rules.openid ? backchannelLogoutUri : undefined) ?? [],
  ])
  const isOpen = isRegistrationOpen || rules.clientIdMetadataDocuments
  return [...new Set([...named.flat(), ...(isOpen ? ['https://*'] : [])])]
}

/** Says what an operator should know of the server. */
export function createReport(server: Server): OAuthServerReport {
  const { clients, isRegistrationOpen, issuer, keys, registration, resources, rules } = server
  const isTokenNeeded = registration.initialTokens.length > 0
  const codes = clients.operated.map((client) => client.codeTtl ?? 0)
  const refreshTokens = clients.operated.map((client) => client.refreshTokenTtl ?? 0)
  const keysAtRest = new Set(keys.rings.map((ring) => ring.describe().privateKeysAtRest))
  return {
    type: 'oauth-server',
    issuer,
    // Whatever is asked of this server is looked up in the store.
    revocationWindow: 0,
    revocationWindowOfJwts: server.replica.maxStale,
    algorithms: keys.algorithms,
    outbound: outboundOf(server),
    secretsAtRest: `tokens: none; client secrets: SHA-256; signing keys: ${[...keysAtRest].join(', ')}`,
    grantTypes: [...grants.keys()],
    lifetimes: {
      code: Math.max(rules.codeTtl, ...codes),
      accessToken: longestLife(server),
      refreshToken: Math.max(rules.refreshTokenTtl, ...refreshTokens),
      idToken: rules.idTokenTtl,
    },
    clients: {
      operated: clients.operated.length,
      registration: isRegistrationOpen ? (isTokenNeeded ? 'initial-token' : 'open') : 'off',
      metadataDocuments: rules.clientIdMetadataDocuments,
    },
    resources: Object.fromEntries(
      [...resources.values()].map(({ id, accessTokens }) => [id, accessTokens]),
    ),
  }
}
