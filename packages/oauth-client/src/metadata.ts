import {
  type JsonObject,
  type Outbound,
  OutboundError,
  parseJsonObject,
  singleFlight,
} from '@latchkey/tokens'
import type { Endpoints } from './provider-options.js'

const FRESH = 3600
const MOST_STALE = 86_400

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** Where the metadata of an issuer is (OpenID Connect Discovery §4). */
export function metadataUrl(base: string): string {
  return `${base.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function readEndpoints(metadata: JsonObject, url: string, outbound: Outbound): Endpoints {
  function urlOf(member: string): string | null {
    const value = metadata[member]
    if (value === undefined || value === null) return null
    if (typeof value !== 'string') throw new OutboundError(url, `a "${member}" that is no text`)
    outbound.checkUrl(value, member)
    return value
  }
  function required(member: string): string {
    const value = urlOf(member)
    if (value === null) throw new OutboundError(url, `metadata without "${member}"`)
    return value
  }
  return {
    authorizationEndpoint: required('authorization_endpoint'),
    tokenEndpoint: required('token_endpoint'),
    jwksUri: required('jwks_uri'),
    userInfoEndpoint: urlOf('userinfo_endpoint'),
    endSessionEndpoint: urlOf('end_session_endpoint'),
    pushedEndpoint: urlOf('pushed_authorization_request_endpoint'),
    saysIssuer: metadata.authorization_response_iss_parameter_supported === true,
    authMethods: strings(metadata.token_endpoint_auth_methods_supported),
    idTokenAlgorithms: strings(metadata.id_token_signing_alg_values_supported),
    dpopAlgorithms: strings(metadata.dpop_signing_alg_values_supported),
  }
}

/**
 * Finds out where the endpoints of a provider are: when they are first needed, then once an hour.
 * While the provider does not answer, what is known stays good for a day. The metadata must name
 * the issuer character by character, and no URL of it may lead to a private address.
 *
 * @returns A function that rejects with `LATCHKEY_TOKENS_OUTBOUND_FAILED` or `..._URL`.
 */
export function discoverEndpoints(
  base: string,
  issuer: string,
  outbound: Outbound,
  now: () => number,
): () => Promise<Endpoints> {
  const url = metadataUrl(base)
  let known: Endpoints | null = null
  let fetchedAt = 0

  const load = singleFlight(async () => {
    const { status, body } = await outbound.request(url, {
      headers: { accept: 'application/json' },
    })
    if (status !== 200) throw new OutboundError(url, `the status ${status}`)
    const metadata = parseJsonObject(body)
    if (metadata?.issuer !== issuer) throw new OutboundError(url, 'metadata of another issuer')
    known = readEndpoints(metadata, url, outbound)
    fetchedAt = now()
    return known
  })

  return async () => {
    const age = now() - fetchedAt
    if (known !== null && age < FRESH) return known
    try {
      return await load()
    } catch (error) {
      if (known !== null && age < MOST_STALE) return known
      throw error
    }
  }
}
