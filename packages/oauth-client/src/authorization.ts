import { generatePrivateJwk, sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createProver } from './dpop-proof.js'
import { ProviderRefused } from './errors.js'
import type { House } from './house.js'
import type { Provider } from './provider.js'
import { endpointsOf, type Proving, postAsClient } from './provider-call.js'
import type { Endpoints } from './provider-options.js'
import { safeReturnTo } from './return-to.js'
import { readAnswer } from './token-endpoint.js'
import { drawSecrets, setTransaction, type Transaction } from './transaction.js'

/** What one sign-in differs in from the others of its provider. */
export interface SignInOptions {
  /** A path of this application to go to afterwards; anything else is not followed. */
  readonly returnTo?: unknown
  /** Who probably signs in, such as an address. */
  readonly loginHint?: string
  /** `login`, `consent`, `select_account` or `none`. */
  readonly prompt?: string
  /** Seconds since the login at the provider that are accepted; 0 asks for a new one. */
  readonly maxAge?: number
  /** Authentication context classes to ask for, in the order of preference. */
  readonly acrValues?: string
  /** In place of the provider's. */
  readonly scopes?: readonly string[]
}

function isOffered(option: boolean | undefined, offer: boolean): boolean {
  return option ?? offer
}

function parametersOf(
  provider: Provider,
  transaction: Transaction,
  options: SignInOptions,
): Record<string, string> {
  const { clientId, responseMode, authorizationParams, plain } = provider.options
  const { loginHint, prompt, acrValues } = options
  const { state, nonce, verifier, maxAge, scopes, dpopKey } = transaction
  const scope = (scopes ?? provider.scopes).join(' ')
  return {
    ...authorizationParams,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: provider.redirectUri,
    ...(scope === '' ? {} : { scope }),
    state,
    ...(plain === undefined ? { nonce } : {}),
    code_challenge: sha256Base64url(verifier),
    code_challenge_method: 'S256',
    ...(responseMode === undefined ? {} : { response_mode: responseMode }),
    ...(maxAge === null ? {} : { max_age: String(maxAge) }),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(acrValues === undefined ? {} : { acr_values: acrValues }),
    ...(dpopKey === null ? {} : { dpop_jkt: createProver(dpopKey).thumbprint }),
  }
}

/** Pushes the request (RFC 9126). @returns What the browser takes along in its place. */
async function push(
  provider: Provider,
  url: string,
  parameters: Readonly<Record<string, string>>,
  proving: Proving | null,
): Promise<Record<string, string>> {
  const { request_uri: uri } = readAnswer(await postAsClient(provider, url, parameters, proving))
  if (typeof uri !== 'string') throw new ProviderRefused({ cause: 'answer-request_uri' })
  return { client_id: provider.options.clientId, request_uri: uri }
}

function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const location = new URL(url)
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
  return location.href
}

async function beginTransaction(
  house: House,
  provider: Provider,
  { dpopAlgorithms }: Endpoints,
  options: SignInOptions,
  link: Transaction['link'],
): Promise<Transaction> {
  const { now, afterSignIn } = house.settings
  const isBound = isOffered(provider.options.dpop, dpopAlgorithms.includes('ES256'))
  return {
    ...drawSecrets(),
    provider: provider.name,
    returnTo: safeReturnTo(options.returnTo, afterSignIn),
    at: now(),
    maxAge: options.maxAge ?? provider.options.maxAge ?? null,
    scopes: options.scopes ?? null,
    dpopKey: isBound ? await generatePrivateJwk('ES256') : null,
    link,
  }
}

/**
 * Begins a sign-in: the browser gets the cookie of the attempt, and is sent to the provider.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE`, and
 *   `LATCHKEY_OAUTH_CLIENT_PROVIDER_REFUSED` when it does not take a pushed request.
 */
export async function beginSignIn(
  house: House,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  options: SignInOptions,
  link: Transaction['link'] = null,
): Promise<FastifyReply> {
  const endpoints = await endpointsOf(provider)
  const transaction = await beginTransaction(house, provider, endpoints, options, link)
  const parameters = parametersOf(provider, transaction, options)
  const { authorizationEndpoint, pushedEndpoint } = endpoints
  const isPushed = pushedEndpoint !== null && isOffered(provider.options.pushed, true)
  const { dpopKey, at } = transaction
  const proving = dpopKey === null ? null : { prover: createProver(dpopKey), now: at }
  const sent = isPushed ? await push(provider, pushedEndpoint, parameters, proving) : parameters
  setTransaction(house, request, reply, transaction)
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  return reply.redirect(withParameters(authorizationEndpoint, sent), 303)
}
