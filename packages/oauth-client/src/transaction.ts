import { isEqualSecret, type JsonObject, randomBase64url, sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Expired, NotBegunHere } from './errors.js'
import type { House } from './house.js'

/** One attempt to sign in: all that its callback must fit. */
export interface Transaction {
  readonly provider: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  /** When it began, in seconds. */
  readonly at: number
  readonly maxAge: number | null
  readonly scopes: readonly string[] | null
  /** The private key that its tokens will be bound to. */
  readonly dpopKey: JsonObject | null
  /** The session that an account is to be linked from. */
  readonly link: { readonly subject: string; readonly session: string } | null
}

/** So many attempts may be open in one browser; of more, the oldest end. */
const MOST = 8
const ID_LENGTH = 16

function prefixOf({ settings }: House): string {
  return `${settings.origin.startsWith('https:') ? '__Host-' : ''}${settings.name}-`
}

function nameOf(house: House, state: string): string {
  return prefixOf(house) + sha256Base64url(state).slice(0, ID_LENGTH)
}

function attributes({ settings }: House, maxAge: number): string {
  const secure = settings.origin.startsWith('https:') ? '; Secure' : ''
  return `; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`
}

/** The attempts of which a browser has cookies, by name; a name that is sent twice has none. */
function readCookies(house: House, request: FastifyRequest): ReadonlyMap<string, string | null> {
  const prefix = prefixOf(house)
  const found = new Map<string, string | null>()
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(at, 0)).trim()
    if (name.startsWith(prefix)) found.set(name, found.has(name) ? null : pair.slice(at + 1).trim())
  }
  return found
}

function open(house: House, name: string, sealed: string | null | undefined): Transaction | null {
  const text = sealed ? house.seal.open(sealed, name) : null
  return text === null ? null : (JSON.parse(text) as Transaction)
}

/** Draws what is random of an attempt. */
export function drawSecrets(): Pick<Transaction, 'state' | 'nonce' | 'verifier'> {
  return { state: randomBase64url(), nonce: randomBase64url(), verifier: randomBase64url() }
}

/**
 * Gives the browser the cookie of an attempt: sealed, so that nobody else can make one, and one
 * for each attempt, so that tabs do not disturb each other. It is always below 4096 bytes, since
 * every part of it has a bound.
 */
export function setTransaction(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  transaction: Transaction,
): void {
  const { transactionTtl } = house.settings
  const others = [...readCookies(house, request)].map(([name, sealed]) => ({
    name,
    at: open(house, name, sealed)?.at ?? 0,
  }))
  others.sort((one, other) => other.at - one.at)
  for (const oldest of others.slice(MOST - 1)) clear(house, reply, oldest.name)
  const name = nameOf(house, transaction.state)
  const value = house.seal.close(JSON.stringify(transaction), name)
  reply.header('set-cookie', `${name}=${value}${attributes(house, transactionTtl)}`)
}

function clear(house: House, reply: FastifyReply, name: string): void {
  reply.header('set-cookie', `${name}=${attributes(house, 0)}`)
}

/**
 * Finds the attempt that a callback belongs to, and takes its cookie away: whatever comes of the
 * callback, there is no second one.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_NOT_BEGUN_HERE` when this browser has not begun
 *   it; `LATCHKEY_OAUTH_CLIENT_EXPIRED`.
 */
export function takeTransaction(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: string,
  state: string,
): Transaction {
  const name = nameOf(house, state)
  const sealed = readCookies(house, request).get(name)
  if (sealed === undefined) throw new NotBegunHere({ cause: 'no-transaction' })
  clear(house, reply, name)
  const transaction = open(house, name, sealed)
  if (transaction === null || !isEqualSecret(transaction.state, state)) {
    throw new NotBegunHere({ cause: 'bad-transaction' })
  }
  if (transaction.provider !== provider) throw new NotBegunHere({ cause: 'other-provider' })
  const { now, transactionTtl } = house.settings
  if (now() >= transaction.at + transactionTtl) throw new Expired({ cause: 'expired' })
  return transaction
}
