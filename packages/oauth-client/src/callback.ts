import type { Identity } from '@latchkey/identity'
import { isEqualSecret, sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createProver } from './dpop-proof.js'
import {
  Cancelled,
  Malformed,
  ProofRefused,
  ProviderRefused,
  Replayed,
  WrongIssuer,
} from './errors.js'
import type { House } from './house.js'
import { verifyIdToken } from './id-token.js'
import { profileOf, withPostedName } from './profile.js'
import type { Provider } from './provider.js'
import { endpointsOf, type Proving } from './provider-call.js'
import { completeSignIn, type Proof } from './sign-in.js'
import { askForTokens, errorWord, type TokenAnswer } from './token-endpoint.js'
import { type Transaction, takeTransaction } from './transaction.js'
import { loadPlainUser, loadUserInfo } from './user-info.js'

/** What a provider answers through the browser, each at most once. */
export type CallbackParameters = Readonly<Record<string, string | undefined>>

const POSTED_FOR = 60
const LONGEST = 8192

/** @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_MALFORMED` when a parameter is there twice. */
export function readParameters(fields: URLSearchParams): CallbackParameters {
  const names = [...fields.keys()]
  if (new Set(names).size < names.length) throw new Malformed({ cause: 'doubled-parameter' })
  return Object.fromEntries(fields)
}

/**
 * Closes a posted answer for the way through the browser: a form that another site posts comes
 * without our `SameSite=Lax` cookies, the navigation that follows it has them.
 */
export function sealPosted(house: House, provider: Provider, fields: CallbackParameters): string {
  const { seal, settings } = house
  const text = JSON.stringify({ fields, until: settings.now() + POSTED_FOR })
  if (text.length > LONGEST) throw new Malformed({ cause: 'oversized' })
  return seal.close(text, provider.redirectUri)
}

/** Opens what {@link sealPosted} closed. */
export function openPosted(house: House, provider: Provider, sealed: string): CallbackParameters {
  const text = house.seal.open(sealed, provider.redirectUri)
  if (text === null) throw new Malformed({ cause: 'posted' })
  const { fields, until } = JSON.parse(text) as { fields: CallbackParameters; until: number }
  if (house.settings.now() >= until) throw new Malformed({ cause: 'posted-expired' })
  return fields
}

async function claim({ settings }: House, { state, at }: Transaction): Promise<void> {
  const { store, name, transactionTtl } = settings
  const expiresAt = at + transactionTtl + 1
  const key = `${name}:used:${sha256Base64url(state)}`
  if (!(await store.create(key, null, { expiresAt }))) throw new Replayed({ cause: 'replayed' })
}

/** RFC 9207: of several providers, the one that was asked must be the one that answers. */
async function checkIssuer(provider: Provider, iss: string | undefined): Promise<void> {
  const { issuer, issuerOf } = provider.options
  if (iss === undefined) {
    const { saysIssuer } = await endpointsOf(provider)
    if (saysIssuer) throw new WrongIssuer({ cause: 'issuer-missing' })
    return
  }
  // Of a provider with many issuers it is the ID token that tells which one.
  if (issuerOf === undefined && !isEqualSecret(iss, issuer)) {
    throw new WrongIssuer({ cause: 'issuer' })
  }
}

function readCode({ error, code }: CallbackParameters): string {
  if (error === 'access_denied') throw new Cancelled({ cause: 'access_denied' })
  if (error !== undefined) throw new ProviderRefused({ cause: errorWord(error) })
  if (code === undefined || code === '') throw new Malformed({ cause: 'no-code' })
  return code
}

interface Exchange {
  readonly answer: TokenAnswer
  readonly proving: Proving | null
}

async function exchange(
  provider: Provider,
  { verifier, dpopKey }: Transaction,
  code: string,
  now: number,
): Promise<Exchange> {
  const proving = dpopKey === null ? null : { prover: createProver(dpopKey), now }
  const parameters = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: provider.redirectUri,
    code_verifier: verifier,
  }
  return { answer: await askForTokens(provider, parameters, now, proving), proving }
}

type Who = Pick<Proof, 'profile' | 'sid' | 'acr' | 'amr' | 'authTime' | 'issuedAt'> & {
  readonly issuer: string
  readonly subject: string
}

async function askOpenid(
  { settings }: House,
  provider: Provider,
  { nonce, maxAge }: Transaction,
  { answer, proving }: Exchange,
): Promise<Who> {
  const { idToken, accessToken, tokenType } = answer
  if (idToken === null) throw new ProofRefused({ cause: 'no-id-token' })
  const now = settings.now()
  const expected = { nonce, accessToken, maxAge, now, leeway: settings.clockTolerance }
  const { issuer, subject, claims } = await verifyIdToken(provider, idToken, expected)
  const { userInfoEndpoint } = await endpointsOf(provider)
  const more =
    userInfoEndpoint === null || provider.options.userInfo === false
      ? {}
      : await loadUserInfo(provider, userInfoEndpoint, subject, { accessToken, tokenType, proving })
  const { sid, acr, amr, auth_time, iat } = claims
  return {
    issuer,
    subject,
    // What is signed wins over what was merely fetched.
    profile: profileOf({ ...more, ...claims }),
    sid: typeof sid === 'string' ? sid : null,
    acr: typeof acr === 'string' ? acr : null,
    amr: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [],
    authTime: typeof auth_time === 'number' ? Math.min(auth_time, now) : null,
    issuedAt: iat as number,
  }
}

async function askWho(
  house: House,
  provider: Provider,
  transaction: Transaction,
  exchanged: Exchange,
): Promise<Who> {
  const { plain, issuer } = provider.options
  if (plain === undefined) return askOpenid(house, provider, transaction, exchanged)
  const { accessToken, tokenType } = exchanged.answer
  const bearing = { accessToken, tokenType, proving: exchanged.proving }
  const { subject, profile } = await loadPlainUser(provider, plain, bearing)
  const issuedAt = house.settings.now()
  return { issuer, subject, profile, sid: null, acr: null, amr: [], authTime: null, issuedAt }
}

/** Where a sign-in ended well. */
export interface SignedIn {
  readonly identity: Identity
  readonly returnTo: string
}

/**
 * Completes a sign-in, in this order: this browser began it, it is the first callback, the right
 * provider answers, the user agreed, the code is exchanged, the proof is verified; only then is
 * the application asked, and only then is there a session.
 */
export async function completeCallback(
  house: House,
  provider: Provider,
  parameters: CallbackParameters,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedIn> {
  const { state, iss, user } = parameters
  if (state === undefined || state === '') throw new Malformed({ cause: 'no-state' })
  const transaction = takeTransaction(house, request, reply, provider.name, state)
  await claim(house, transaction)
  await checkIssuer(provider, iss)
  const code = readCode(parameters)
  const exchanged = await exchange(provider, transaction, code, house.settings.now())
  const { issuer, subject, profile, ...rest } = await askWho(
    house,
    provider,
    transaction,
    exchanged,
  )
  const { answer } = exchanged
  const proof: Proof = {
    ...rest,
    profile: withPostedName(profile, user),
    tokens: {
      issuer,
      subject,
      accessToken: answer.accessToken,
      tokenType: answer.tokenType,
      expiresAt: answer.expiresAt,
      refreshToken: answer.refreshToken,
      idToken: answer.idToken,
      scopes: answer.scopes ?? transaction.scopes ?? provider.scopes,
      dpopKey: transaction.dpopKey,
    },
  }
  const identity = await completeSignIn(house, provider, transaction, proof, request, reply)
  return { identity, returnTo: transaction.returnTo }
}
