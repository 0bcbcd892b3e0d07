import { boundedMap } from '@latchkey/tokens'
import { type House, providerOf } from './house.js'
import type { ProviderTokens } from './on-sign-in.js'
import type { Provider } from './provider.js'
import { askForTokens } from './token-endpoint.js'

/** What a service asks for in its own name. */
export interface ClientCredentialsOptions {
  readonly scopes?: readonly string[]
  /** The API that the token is for (RFC 8707). */
  readonly resource?: string
}

/** Tokens of the application itself (RFC 6749 §4.4). */
export type ClientCredentials = (
  provider: string,
  options?: ClientCredentialsOptions,
) => Promise<ProviderTokens>

const MOST = 1000

/** Makes {@link ClientCredentials}: a token is asked for once and used until shortly before its end. */
export function createClientCredentials(house: House): ClientCredentials {
  const { now, renewBefore } = house.settings
  const known = boundedMap<ProviderTokens>(MOST)
  const flights = new Map<string, Promise<ProviderTokens>>()

  async function ask(
    provider: Provider,
    { scopes = [], resource }: ClientCredentialsOptions,
  ): Promise<ProviderTokens> {
    const answer = await askForTokens(
      provider,
      {
        grant_type: 'client_credentials',
        ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
        ...(resource === undefined ? {} : { resource }),
      },
      now(),
      null,
    )
    const { accessToken, tokenType, expiresAt } = answer
    return { accessToken, tokenType, expiresAt, scopes: answer.scopes ?? scopes }
  }

  return async (name, options = {}) => {
    const provider = providerOf(house, name)
    const key = JSON.stringify([name, options.scopes, options.resource])
    const held = known.get(key)
    // Whoever does not say when a token ends is asked again.
    if (held?.expiresAt && held.expiresAt - renewBefore > now()) return held
    const under = flights.get(key)
    if (under !== undefined) return under
    const flight = ask(provider, options)
      .then((tokens) => {
        known.set(key, tokens)
        return tokens
      })
      .finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }
}
