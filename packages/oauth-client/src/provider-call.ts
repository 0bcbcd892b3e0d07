import type { OutboundRequest, OutboundResponse } from '@latchkey/tokens'
import type { Prover } from './dpop-proof.js'
import { ProviderUnavailable } from './errors.js'
import type { Provider } from './provider.js'
import type { Endpoints } from './provider-options.js'

/** A proof's part of a call: whose key, at what time, for which token. */
export interface Proving {
  readonly prover: Prover
  readonly now: number
  readonly accessToken?: string
}

/** Whether a refusal only asks for a nonce (RFC 9449 §8, §9). */
function wantsNonce({ status, headers, body }: OutboundResponse): boolean {
  if (headers['dpop-nonce'] === undefined) return false
  if (status === 400) return body.includes('"use_dpop_nonce"')
  return status === 401 && String(headers['www-authenticate']).includes('use_dpop_nonce')
}

/**
 * Calls a provider, with a DPoP proof where there is a key, and once more when it asks for a
 * nonce.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE` when there is no answer.
 */
export async function callProvider(
  provider: Provider,
  url: string,
  request: OutboundRequest,
  proving: Proving | null,
): Promise<OutboundResponse> {
  const { origin } = new URL(url)
  const { method = 'GET', headers } = request
  async function send(): Promise<OutboundResponse> {
    if (proving === null) return provider.outbound.request(url, request)
    const { prover, now, accessToken } = proving
    const about = { method, url, ...(accessToken === undefined ? {} : { accessToken }) }
    const proof = await prover.prove(about, provider.nonces.get(origin), now)
    const answer = await provider.outbound.request(url, {
      ...request,
      headers: { ...headers, dpop: proof },
    })
    const nonce = answer.headers['dpop-nonce']
    if (typeof nonce === 'string') provider.nonces.set(origin, nonce)
    return answer
  }
  try {
    const answer = await send()
    return proving !== null && wantsNonce(answer) ? await send() : answer
  } catch (cause) {
    throw new ProviderUnavailable({ cause })
  }
}

/** Where a provider's endpoints are; an outage and unusable metadata end the sign-in alike. */
export async function endpointsOf(provider: Provider): Promise<Endpoints> {
  try {
    return await provider.endpoints()
  } catch (cause) {
    throw new ProviderUnavailable({ cause })
  }
}

/** Sends a form as the client. */
export async function postAsClient(
  provider: Provider,
  url: string,
  parameters: Readonly<Record<string, string>>,
  proving: Proving | null,
): Promise<OutboundResponse> {
  const { form, headers } = await provider.authenticate(await endpointsOf(provider))
  return callProvider(
    provider,
    url,
    {
      method: 'POST',
      headers: {
        ...headers,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ ...parameters, ...form }).toString(),
    },
    proving,
  )
}
