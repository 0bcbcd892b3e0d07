import type { OAuthServerOptions } from '@latchkey/oauth-server'
import type { Secrets } from './secrets.js'

type Clients = NonNullable<OAuthServerOptions['clients']>

/** Client ids; each has a hyphen, so that no person can have the name. */
export const PARCELS = 'parcel-pigeon'
/** The service that fetches all orders at night. */
export const ROBOT = 'night-robot'

/** A client's secret. */
export function clientSecret(id: string, secrets: Secrets): string {
  return secrets(`client ${id}`)
}

/** The applications that the platform knows. */
export function staticClients(origin: string, secrets: Secrets): Clients {
  return [
    {
      client_id: PARCELS,
      client_secret: clientSecret(PARCELS, secrets),
      client_name: 'Parcel Pigeon',
      redirect_uris: [`${origin}/parcels/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'orders:read',
    },
    {
      client_id: ROBOT,
      client_secret: clientSecret(ROBOT, secrets),
      client_name: 'Night robot',
      grant_types: ['client_credentials'],
      scope: 'orders:read orders:export',
    },
  ]
}
