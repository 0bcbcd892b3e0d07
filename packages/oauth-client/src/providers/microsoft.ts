import type { ClientOptions, ProviderOptions } from '../provider-options.js'
import { discovery } from './discovery.js'

const HOST = 'https://login.microsoftonline.com'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const TENANT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Options of {@link microsoft}. */
export interface MicrosoftOptions extends ClientOptions {
  /** One tenant's id, or `common`, `organizations`, `consumers`. */
  readonly tenant: string
  /** Of several tenants only these, by id. Default: all that `tenant` lets in. */
  readonly tenants?: readonly string[]
  /** Another cloud's host. Default `https://login.microsoftonline.com`. */
  readonly host?: string
}

/**
 * Microsoft Entra ID. The metadata of several tenants names no issuer but a pattern: then `iss`
 * must be that of the tenant that the token names itself, so that one tenant cannot speak for
 * another's users.
 */
export function microsoft(options: MicrosoftOptions): ProviderOptions {
  const { tenant, tenants, host = HOST, ...client } = options
  const discoverAt = `${host}/${tenant}/v2.0`
  const issuer = (id: string) => `${host}/${id}/v2.0`
  if (tenant === 'consumers') {
    return { ...discovery({ ...client, issuer: issuer(CONSUMERS) }), discoverAt }
  }
  if (tenant !== 'common' && tenant !== 'organizations') {
    return discovery({ ...client, issuer: issuer(tenant) })
  }
  return {
    ...discovery({ ...client, issuer: issuer('{tenantid}') }),
    discoverAt,
    issuerOf({ tid }) {
      if (typeof tid !== 'string' || !TENANT.test(tid)) return null
      return tenants === undefined || tenants.includes(tid) ? issuer(tid) : null
    },
  }
}
