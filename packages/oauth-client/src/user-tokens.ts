import type { FastifyRequest } from 'fastify'
import { createProver } from './dpop-proof.js'
import { InvalidUse, NoTokens } from './errors.js'
import { type House, providerOf } from './house.js'
import type { ProviderTokens } from './on-sign-in.js'
import type { Provider } from './provider.js'
import { callProvider } from './provider-call.js'
import { freshTokens } from './renewal.js'
import { sessionOf } from './session-room.js'
import { type Tokens, tokensKey } from './token-record.js'

/** What `request.fetchAs` sends. */
export interface FetchAsOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Gives the signed-in user's tokens, one renewal at a time for all who ask. */
export interface UserTokens {
  tokens(request: FastifyRequest, provider: string): Promise<ProviderTokens>
  fetchAs(
    request: FastifyRequest,
    provider: string,
    url: string,
    options: FetchAsOptions,
  ): Promise<Response>
}

async function checkApi(provider: Provider, url: string): Promise<void> {
  const origin = URL.canParse(url) ? new URL(url).origin : ''
  const { apis } = provider.options
  const own = async () => {
    const { userInfoEndpoint } = await provider.endpoints()
    return userInfoEndpoint === null ? [] : [new URL(userInfoEndpoint).origin]
  }
  if ((apis ?? (await own())).includes(origin)) return
  throw new InvalidUse(
    `tokens of "${provider.name}" are not sent to "${origin}"; add it to "providers.${provider.name}.apis"`,
  )
}

function toResponse(answer: Awaited<ReturnType<typeof callProvider>>): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value as string | string[]].flat()) headers.append(name, one)
  }
  // Answers of these kinds may not have a body, not even an empty one.
  const body = answer.body === '' ? null : answer.body
  return new Response(body, { status: answer.status, headers })
}

/** Makes {@link UserTokens}. */
export function createUserTokens(house: House): UserTokens {
  const flights = new Map<string, Promise<Tokens>>()

  function fresh(provider: Provider, key: string, stale: string | null): Promise<Tokens> {
    const flight = `${key} ${stale ?? ''}`
    const under = flights.get(flight)
    if (under !== undefined) return under
    const run = freshTokens(house, provider, key, stale).finally(() => flights.delete(flight))
    flights.set(flight, run)
    return run
  }

  function keyOf(request: FastifyRequest, provider: string): string {
    const session = sessionOf(house.settings.session, request)
    if (session === null) throw new NoTokens({ cause: 'no-session' })
    return tokensKey(house, provider, session.credentialId)
  }

  return {
    async tokens(request, name) {
      const provider = providerOf(house, name)
      const tokens = await fresh(provider, keyOf(request, name), null)
      const { accessToken, tokenType, expiresAt, scopes } = tokens
      return { accessToken, tokenType, expiresAt, scopes }
    },

    async fetchAs(request, name, url, options) {
      const provider = providerOf(house, name)
      await checkApi(provider, url)
      const key = keyOf(request, name)
      const send = ({ accessToken, tokenType, dpopKey }: Tokens) => {
        const headers = { ...options.headers, authorization: `${tokenType} ${accessToken}` }
        const prover = tokenType === 'DPoP' && dpopKey !== null ? createProver(dpopKey) : null
        const proving = prover && { prover, now: house.settings.now(), accessToken }
        return callProvider(provider, url, { ...options, headers }, proving)
      }
      const tokens = await fresh(provider, key, null)
      const answer = await send(tokens)
      // The API may know better than the clock; without a refresh token there is nothing to try.
      if (answer.status !== 401 || tokens.refreshToken === null) return toResponse(answer)
      return toResponse(await send(await fresh(provider, key, tokens.accessToken)))
    },
  }
}
