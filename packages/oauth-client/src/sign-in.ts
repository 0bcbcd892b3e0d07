import type { Identity } from '@latchkey/identity'
import { isStoreOutage } from '@latchkey/store'
import { sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LinkRefused, LoginRefused, NotBegunHere, Refused, Unavailable } from './errors.js'
import type { House } from './house.js'
import type { SignIn, SignInDecision, SignInDetails } from './on-sign-in.js'
import type { Provider } from './provider.js'
import type { Profile } from './provider-options.js'
import { linkSession } from './session-links.js'
import { findSession, logIn, logOut } from './session-room.js'
import { keepTokens, type Tokens, tokensKey } from './token-record.js'
import type { Transaction } from './transaction.js'

/** What the provider has proved. */
export interface Proof {
  readonly tokens: Tokens
  readonly profile: Profile
  readonly sid: string | null
  readonly acr: string | null
  readonly amr: readonly string[]
  readonly authTime: number | null
  /** When the provider said all this, in seconds. */
  readonly issuedAt: number
}

async function accountToLink(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  { link }: Transaction,
): Promise<SignIn['linkTo']> {
  if (link === null) return null
  const session = await findSession(house, request, reply)
  // The session that asked must still be the one that answers.
  if (session?.credentialId !== link.session || session.subject !== link.subject) {
    throw new LinkRefused({ cause: 'session-changed' })
  }
  return { subject: link.subject }
}

/** An attempt to link never logs in somebody else. */
function checkSame(linkTo: SignIn['linkTo'], account: string): void {
  if (linkTo !== null && linkTo.subject !== account) {
    throw new LinkRefused({ cause: 'other-account' })
  }
}

async function decide(
  { settings }: House,
  signIn: SignIn,
  request: FastifyRequest,
): Promise<{ readonly account: string; readonly details: SignInDetails }> {
  const { onSignIn } = settings
  const { linkTo, identity } = signIn
  if (onSignIn === null) {
    checkSame(linkTo, identity.key)
    return { account: identity.key, details: {} }
  }
  let decision: SignInDecision
  try {
    decision = await onSignIn(signIn, request)
  } catch (cause) {
    throw new Unavailable({ cause })
  }
  if ('refuse' in decision) throw new Refused({ cause: decision.refuse })
  const { details = {} } = decision
  if ('account' in decision) {
    checkSame(linkTo, decision.account)
    return { account: decision.account, details }
  }
  if (linkTo === null) throw new LinkRefused({ cause: 'not-fresh' })
  try {
    await decision.link(linkTo.subject)
  } catch (cause) {
    throw new Unavailable({ cause })
  }
  return { account: linkTo.subject, details }
}

async function begin(
  house: House,
  provider: Provider,
  proof: Proof,
  account: string,
  details: SignInDetails,
  request: FastifyRequest,
): Promise<Identity> {
  const { session: mechanism, now } = house.settings
  const { maxSession, assumeFresh = false } = provider.options
  const { acr, amr, authTime } = proof
  // Nobody knows how long ago they proved who they are: then it was long ago.
  const provedAt = authTime ?? (assumeFresh ? now() : 0)
  const end = maxSession === undefined ? undefined : (authTime ?? proof.issuedAt) + maxSession
  if (end !== undefined && end <= now()) throw new LoginRefused({ cause: 'session-age' })
  try {
    return await logIn(request, account, {
      ...(acr === null ? {} : { acr }),
      ...(amr.length === 0 ? {} : { amr }),
      ...details,
      ...(end === undefined ? {} : { expiresAt: Math.min(end, details.expiresAt ?? end) }),
      authTime: Math.floor(provedAt),
      mechanism,
    })
  } catch (cause) {
    const { statusCode } = cause as { statusCode?: number }
    const isRefused = Number(statusCode) < 500
    throw isRefused ? new LoginRefused({ cause }) : new Unavailable({ cause })
  }
}

async function keep(
  house: House,
  provider: Provider,
  { tokens, sid, issuedAt }: Proof,
  { credentialId, expiresAt }: Identity,
): Promise<void> {
  const end = expiresAt as number // Sessions always have an end.
  const { issuer, subject } = tokens
  await keepTokens(house, tokensKey(house, provider.name, credentialId), tokens, end)
  const foreign = { provider: provider.name, issuer, subject, sid }
  if (await linkSession(house, foreign, credentialId, issuedAt, end)) return
  throw new NotBegunHere({ cause: 'ended-by-provider' })
}

/**
 * Turns a proof into a session: the application says whose account it is, then the session
 * begins, then its tokens are kept. When the last does not work there is no session either.
 */
export async function completeSignIn(
  house: House,
  provider: Provider,
  transaction: Transaction,
  proof: Proof,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Identity> {
  const { tokens, profile } = proof
  const { issuer, subject, accessToken, tokenType, expiresAt, scopes } = tokens
  const signIn: SignIn = {
    provider: provider.name,
    identity: { issuer, subject, key: sha256Base64url(JSON.stringify([issuer, subject])) },
    profile,
    tokens: { accessToken, tokenType, expiresAt, scopes },
    linkTo: await accountToLink(house, request, reply, transaction),
  }
  const { account, details } = await decide(house, signIn, request)
  const identity = await begin(house, provider, proof, account, details, request)
  try {
    await keep(house, provider, proof, identity)
  } catch (error) {
    // What cannot be ended ends by itself; the browser never gets its cookie.
    await logOut(house, request).catch((cause) => request.log.error(cause))
    throw isStoreOutage(error) ? new Unavailable({ cause: error }) : error
  }
  return identity
}
