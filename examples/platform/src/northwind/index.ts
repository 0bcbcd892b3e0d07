import { oauthServer } from '@latchkey/oauth-server'
import { session } from '@latchkey/session'
import type { Store } from '@latchkey/store'
import { rotatingKeyring } from '@latchkey/tokens'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { type Accounts, createAccounts } from '../accounts.js'
import { clientSecret } from '../registered-clients.js'
import type { Secrets } from '../secrets.js'
import { CLIENT_ID, NORTHWIND } from '../sign-in.js'
import { addPages } from '../site/index.js'
import { northwindRoutes, SUBJECT_PREFIX } from './routes.js'

/** What Northwind needs. */
export interface NorthwindOptions {
  readonly store: Store
  readonly origin: string
  readonly secrets: Secrets
}

/** Northwind's people: not the platform's, even where the names are the same. */
export function northwindAccounts(store: Store): Accounts {
  return createAccounts(store, NORTHWIND)
}

/**
 * Adds Northwind ID: an identity provider with people and sessions of its own, in a scope of which
 * the platform sees nothing but what any other server on the internet would show.
 */
export async function addNorthwind(app: FastifyInstance, options: NorthwindOptions): Promise<void> {
  const { store, origin, secrets } = options
  const issuer = `${origin}/id`
  const accounts = northwindAccounts(store)
  const keyring = await rotatingKeyring({
    store,
    seal: secrets('northwind signing keys'),
    name: NORTHWIND,
  })
  app.addHook('onClose', async () => keyring.close())

  const scope: FastifyPluginAsync = async (scope) => {
    await scope.register(session, { store, name: NORTHWIND, issuer, bag: 'none' })
    await scope.register(oauthServer, {
      issuer,
      preset: 'oidc',
      store,
      secrets: secrets('northwind authorization server'),
      keys: [keyring],
      mechanisms: [NORTHWIND],
      login: '/id/login',
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: clientSecret(CLIENT_ID, secrets),
          client_name: 'Latchkey Orders',
          redirect_uris: [`${origin}/auth/${NORTHWIND}/callback`],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      async claims(subject) {
        const account = await accounts.find(subject.slice(SUBJECT_PREFIX.length))
        return account === null ? null : { name: account.name }
      },
    })
    await addPages(scope, (pages) => northwindRoutes(pages, accounts))
  }
  await app.register(scope)
}
