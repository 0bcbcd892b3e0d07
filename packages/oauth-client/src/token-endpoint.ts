import { type JsonObject, type OutboundResponse, parseJsonObject } from '@latchkey/tokens'
import { ProviderRefused, ProviderUnavailable } from './errors.js'
import type { Provider } from './provider.js'
import { endpointsOf, type Proving, postAsClient } from './provider-call.js'

/** What a token endpoint gave. */
export interface TokenAnswer {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly expiresAt: number | null
  readonly refreshToken: string | null
  readonly idToken: string | null
  readonly scopes: readonly string[] | null
}

const ERROR = /^[a-z_]{1,64}$/

/** An error code of a provider as it may be logged: a word, or `unknown-error`. */
export function errorWord(value: unknown): string {
  return typeof value === 'string' && ERROR.test(value) ? value : 'unknown-error'
}

/**
 * Reads the answer to a form that we sent: an object, or the provider's error.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE` for its faults,
 *   `LATCHKEY_OAUTH_CLIENT_PROVIDER_REFUSED` with the error as its cause.
 */
export function readAnswer({ status, body }: OutboundResponse): JsonObject {
  if (status >= 500 || status === 429) throw new ProviderUnavailable({ cause: `status-${status}` })
  const answer = parseJsonObject(body)
  if (answer === null) throw new ProviderRefused({ cause: 'answer-not-json' })
  // GitHub answers errors with the status 200.
  if (status >= 300 || answer.error !== undefined) {
    throw new ProviderRefused({ cause: errorWord(answer.error) })
  }
  return answer
}

function textOf(answer: JsonObject, member: string): string | null {
  const value = answer[member]
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  throw new ProviderRefused({ cause: `answer-${member}` })
}

function typeOf(answer: JsonObject): 'Bearer' | 'DPoP' {
  const type = textOf(answer, 'token_type')?.toLowerCase()
  if (type === 'bearer') return 'Bearer'
  if (type === 'dpop') return 'DPoP'
  throw new ProviderRefused({ cause: 'answer-token_type' })
}

function endOf({ expires_in: seconds }: JsonObject, now: number): number | null {
  if (seconds === undefined || seconds === null) return null
  const number = Number(seconds)
  if (Number.isFinite(number) && number >= 0) return Math.floor(now + number)
  throw new ProviderRefused({ cause: 'answer-expires_in' })
}

/** Asks for tokens. */
export async function askForTokens(
  provider: Provider,
  parameters: Readonly<Record<string, string>>,
  now: number,
  proving: Proving | null,
): Promise<TokenAnswer> {
  const { tokenEndpoint } = await endpointsOf(provider)
  const answer = readAnswer(await postAsClient(provider, tokenEndpoint, parameters, proving))
  const accessToken = textOf(answer, 'access_token')
  if (accessToken === null) throw new ProviderRefused({ cause: 'answer-access_token' })
  const tokenType = typeOf(answer)
  if (tokenType === 'DPoP' && proving === null) {
    throw new ProviderRefused({ cause: 'answer-token_type' })
  }
  return {
    accessToken,
    tokenType,
    expiresAt: endOf(answer, now),
    refreshToken: textOf(answer, 'refresh_token'),
    idToken: textOf(answer, 'id_token'),
    // GitHub separates scopes by commas.
    scopes: textOf(answer, 'scope')?.split(/[ ,]+/) ?? null,
  }
}
