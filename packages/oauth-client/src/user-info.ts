import { type JsonObject, type OutboundResponse, parseJsonObject } from '@latchkey/tokens'
import { ProofRefused, ProviderRefused, ProviderUnavailable } from './errors.js'
import type { Provider } from './provider.js'
import { callProvider, type Proving } from './provider-call.js'
import type { PlainUserInfo, Profile } from './provider-options.js'

/** With whose token user info is asked for. */
export interface Bearing {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly proving: Proving | null
}

function ask(
  provider: Provider,
  url: string,
  { accessToken, tokenType, proving }: Bearing,
  headers: Readonly<Record<string, string>> = {},
): Promise<OutboundResponse> {
  const request = {
    headers: {
      accept: 'application/json',
      ...headers,
      authorization: `${tokenType} ${accessToken}`,
    },
  }
  const isBound = tokenType === 'DPoP' && proving !== null
  return callProvider(provider, url, request, isBound ? { ...proving, accessToken } : null)
}

function readUser({ status, body }: OutboundResponse): JsonObject {
  if (status >= 500) throw new ProviderUnavailable({ cause: `status-${status}` })
  const answer = status === 200 ? parseJsonObject(body) : null
  if (answer === null) throw new ProviderRefused({ cause: 'user-info' })
  return answer
}

/** Asks for the claims of a subject. The answer must be about the same one as the ID token. */
export async function loadUserInfo(
  provider: Provider,
  url: string,
  subject: string,
  bearing: Bearing,
): Promise<JsonObject> {
  const claims = readUser(await ask(provider, url, bearing))
  if (claims.sub !== subject) throw new ProofRefused({ cause: 'user-info-subject' })
  return claims
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Asks a provider without ID tokens who the access token belongs to. */
export async function loadPlainUser(
  provider: Provider,
  { url, also = {}, headers, read }: PlainUserInfo,
  bearing: Bearing,
): Promise<{ readonly subject: string; readonly profile: Profile }> {
  const [answer, ...rest] = await Promise.all([
    ask(provider, url, bearing, headers),
    ...Object.entries(also).map(async ([name, place]) => {
      const { status, body } = await ask(provider, place, bearing, headers)
      return [name, status === 200 ? parseJson(body) : undefined] as const
    }),
  ])
  const user = read(readUser(answer), Object.fromEntries(rest))
  if (user === null) throw new ProofRefused({ cause: 'user-info-subject' })
  return user
}
