import { createReplica, type RevocationPolicy, type Store } from '@latchkey/store'
import { sha256Base64url } from '@latchkey/tokens'
import type { RefusalReason } from './refusals.js'

/** What a token can be revoked by. */
export interface TokenMarks {
  readonly issuer: string
  readonly subject: string
  readonly jti: string | undefined
  readonly sid: string | undefined
  readonly clientId: string | undefined
  readonly kid: string | undefined
  readonly iat: number | undefined
}

/** What to revoke: exactly one of these. */
export type RevocationTarget = (
  | { readonly jti: string }
  /** Everything issued to the subject up to this second. */
  | { readonly subject: string }
  /** Everything that carries the session id, refresh tokens included. */
  | { readonly sid: string }
  /** Everything issued to the client up to this second. */
  | { readonly clientId: string }
  /** Everything signed with the key, for ever. */
  | { readonly kid: string }
) & {
  /** Whose tokens. Default: the only, or the first, issuer of the registration. */
  readonly issuer?: string
}

/** Knows what is revoked, in this process and, when asked, in the store. */
export interface Revocations {
  /** Grows with everything that this process hears of. */
  readonly heard: number
  isStale(): boolean
  /** What revokes the token as far as this process knows. */
  find(marks: TokenMarks): RefusalReason | null
  /** What revokes the token as far as the store knows. */
  look(marks: TokenMarks): Promise<RefusalReason | null>
  /** The latest second up to which this process knows everything of a subject or client void. */
  cutoff(issuer: string, subject: string, clientId: string): number
  /** Tells every process. */
  revoke(target: RevocationTarget): Promise<void>
  ready(): Promise<void>
  close(): Promise<void>
}

/** What {@link openRevocations} takes. */
export interface RevocationsOptions {
  readonly store: Store
  readonly maxStale: number
  /** Seconds that a token lives at most, so long it must be remembered. */
  readonly maxLifetime: number
  readonly issuer: string
  readonly clock: () => number
}

/** What a route may say about tokens. */
export interface JwtRouteConfig {
  /** What becomes of requests while revocations may have been missed. Default: the option. */
  readonly whenStale?: RevocationPolicy
}

/** What a {@link RevocationTarget} can name. */
export type Kind = 'jti' | 'subject' | 'sid' | 'clientId' | 'kid'

const reasons: Readonly<Record<Kind, RefusalReason>> = {
  jti: 'revoked-token',
  subject: 'revoked-subject',
  sid: 'revoked-session',
  clientId: 'revoked-client',
  kid: 'revoked-key',
}
/** All kinds, as they are written in a target. */
export const kinds: readonly Kind[] = Object.keys(reasons) as Kind[]
const topics: Readonly<Record<Kind, string>> = {
  jti: 'jwt.token',
  subject: 'jwt.subject',
  sid: 'jwt.session',
  clientId: 'jwt.client',
  kid: 'jwt.key',
}
const tenYears = 315_360_000

// Tokens may live this much longer than they say, by what clocks may differ at both ends.
const mostTolerance = 180

/**
 * Seconds by which cut-offs, and so the tokens of logins right after them, may be dated ahead.
 * Less than what clocks may differ by default, so that such tokens are accepted at once.
 */
export const mostAhead = 3

const plainName = /^[\x20-\x7e]{1,300}$/

/** Ids come from tokens, so what would not do as the name of a record becomes one that does. */
function nameOf(issuer: string, id: string): string {
  const name = `${issuer} ${id}`
  return plainName.test(name) ? name : sha256Base64url(name)
}

/** Whether an entry reaches as far as the token: cut-offs spare what was issued in later seconds. */
function reaches(cutoff: number | undefined, { iat }: TokenMarks): boolean {
  return cutoff === undefined || iat === undefined || Math.floor(iat) <= cutoff
}

/** Opens the revocations of one registration. */
export function openRevocations(options: RevocationsOptions): Revocations {
  const { store, maxStale, maxLifetime, clock } = options
  const replica = createReplica(store, { maxStale, clock })
  let heard = 0
  for (const kind of kinds) {
    replica.subscribe(topics[kind], () => {
      heard += 1
    })
  }

  return {
    get heard() {
      return heard
    },
    isStale: () => replica.isStale(),
    find(marks) {
      for (const kind of kinds) {
        const id = marks[kind]
        if (id === undefined) continue
        const name = nameOf(marks.issuer, id)
        if (!replica.has(topics[kind], name)) continue
        if (reaches(replica.valueOf(topics[kind], name), marks)) return reasons[kind]
      }
      return null
    },
    async look(marks) {
      const found = await Promise.all(
        kinds.map(async (kind) => {
          const id = marks[kind]
          if (id === undefined) return null
          const entry = await replica.lookup(topics[kind], nameOf(marks.issuer, id))
          return entry !== null && reaches(entry.value, marks) ? reasons[kind] : null
        }),
      )
      return found.find((reason) => reason !== null) ?? null
    },
    cutoff(issuer, subject, clientId) {
      const none = Number.NEGATIVE_INFINITY
      const ofSubject = replica.valueOf(topics.subject, nameOf(issuer, subject)) ?? none
      return Math.max(ofSubject, replica.valueOf(topics.clientId, nameOf(issuer, clientId)) ?? none)
    },
    async revoke(target) {
      const now = clock()
      const { issuer = options.issuer } = target
      const named = target as unknown as Record<Kind, string>
      const kind = kinds.find((one) => named[one] !== undefined) as Kind
      const id = named[kind]
      const entry = {
        topic: topics[kind],
        key: nameOf(issuer, id),
        expiresAt: now + (kind === 'kid' ? tenYears : maxLifetime + mostTolerance),
      }
      if (kind !== 'subject' && kind !== 'clientId') return replica.publish(entry)
      // Logins after an earlier cut-off of this second were dated to the next: this reaches them,
      // and no login is dated further ahead than this goes.
      const earlier = replica.valueOf(entry.topic, entry.key) ?? Number.NEGATIVE_INFINITY
      const second = Math.floor(now)
      const value = Math.max(second, Math.min(earlier + 1, second + mostAhead))
      return replica.publish({ ...entry, value })
    },
    ready: () => replica.ready(),
    close: () => replica.close(),
  }
}
