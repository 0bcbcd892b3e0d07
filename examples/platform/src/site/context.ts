import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '../accounts.js'
import type { Denials } from '../denials.js'
import type { OrderBook } from '../orders.js'
import type { Frame } from '../pages/layout.js'
import type { TrialCredentials } from '../trial-credentials.js'

/** What the pages work with. */
export interface Site {
  readonly accounts: Accounts
  readonly book: OrderBook
  readonly denials: Denials
  /** Where the platform is reached. */
  readonly origin: string
  /** What the page `/try` sends requests with. */
  readonly credentials: TrialCredentials
}

const notes: Readonly<Record<string, string>> = {
  welcome: 'Your account is ready, and you are logged in.',
  in: 'You are logged in.',
  out: 'You are logged out.',
  ordered: 'Your order is placed.',
  cancelled: 'The order is cancelled.',
  ended: 'That device is logged out, in every process.',
  'ended-others': 'All other devices are logged out.',
  'ended-tokens': 'All tokens that your phone apps held are void.',
  revoked: 'That key is revoked, in every process.',
  disconnected: 'It is disconnected: its tokens are refused from now on.',
  'ended-person': 'Everything is revoked: sessions, keys, tokens and what was lent to programs.',
  'ended-session': 'That session is ended, in every process.',
}

/** Where to go after a form, with a word of what came of it. */
export function withNote(path: string, note: keyof typeof notes): string {
  const [before, query = ''] = path.split('?')
  const params = new URLSearchParams(query)
  params.set('note', note)
  return `${before}?${params}`
}

/** What every page shows of the request that asked for it. */
export function frameOf(request: FastifyRequest): Frame {
  const { identity } = request
  const [path = '/', query = ''] = request.url.split('?')
  const note = new URLSearchParams(query).get('note') ?? ''
  const name = identity?.claims.name
  return {
    name: identity === null ? null : typeof name === 'string' ? name : identity.subject,
    isAdmin: identity?.roles.has('admin') ?? false,
    path,
    note: Object.hasOwn(notes, note) ? (notes[note] as string) : null,
  }
}

/** Sends a page that nobody keeps: it is for one person. */
export function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page)
}

/** A route for people who are logged in. */
export const mine = { config: { auth: 'session' } } as const
/** The same, where a login of the last five minutes is needed. */
export const fresh = { config: { auth: { any: ['session'], maxAge: 300 } } } as const
/** A route for everybody, which shows who is logged in. */
export const open = { config: { auth: { any: ['session'], optional: true } } } as const

/** The schema of a form: these fields must be there, as text. */
export function form(...names: readonly string[]): { body: object } {
  const text = { type: 'string', maxLength: 4096 } as const
  const properties = Object.fromEntries(names.map((name) => [name, text]))
  return { body: { type: 'object', required: names, properties } }
}
