import { latchkey, type OnSignIn } from '@latchkey/oauth-client'
import type { Accounts } from './accounts.js'
import { clientSecret } from './registered-clients.js'
import type { Secrets } from './secrets.js'

/** The provider's name, in paths. */
export const NORTHWIND = 'northwind'
/** Who the platform is at the provider. */
export const CLIENT_ID = 'latchkey-orders'

/** Where and as whom the platform asks. */
export function northwindProvider(origin: string, secrets: Secrets) {
  return latchkey({
    issuer: `${origin}/id`,
    clientId: CLIENT_ID,
    clientSecret: clientSecret(CLIENT_ID, secrets),
    scopes: ['openid', 'profile'],
  })
}

/**
 * Decides whose account a foreign identity is: that of its issuer and subject. A name or an address
 * that somebody else has as well changes nothing.
 */
export function createSignIn(accounts: Accounts): OnSignIn {
  return async ({ provider, identity, profile }) => {
    const name = profile.name ?? identity.subject
    const { id, roles } = await accounts.adopt(`${provider}:${identity.subject}`, name)
    return { account: id, details: { roles, claims: { name } } }
  }
}

/** What went wrong elsewhere, for people. */
export function signInFault(code: string): string {
  return code.endsWith('_CANCELLED') || code.endsWith('_DENIED')
    ? 'You stopped at Northwind ID, so nobody is logged in. You can try again, or use a password.'
    : 'Signing in with Northwind ID did not work. Please try again.'
}
