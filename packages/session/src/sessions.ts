import { publishRevocation } from '@latchkey/identity'
import { endSession } from './end-session.js'
import type { House } from './house.js'
import { isLiving, livingSessions, type SessionInfo, sessionInfo } from './list-sessions.js'
import { checkSubject } from './login-details.js'
import { isSessionId } from './token.js'

/** Seconds that clocks of processes may differ before a cut-off could be forgotten too early. */
const SKEW = 3600

/** `app.sessions`: what an application does to sessions, its users' and all of them. */
export interface Sessions {
  /**
   * Lists the sessions of a subject that live, the oldest login first.
   *
   * @param options `current`: the id of the session that asks, `request.identity.credentialId`.
   * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`.
   */
  list(subject: string, options?: { readonly current?: string }): Promise<SessionInfo[]>
  /** @returns One session that lives, with its subject, or `null`. */
  find(id: string): Promise<(SessionInfo & { readonly subject: string }) | null>
  /**
   * Ends one session, whoever it belongs to.
   *
   * @returns `false` when there was none.
   * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`; then try again.
   */
  revoke(id: string): Promise<boolean>
  /**
   * Ends all sessions of a subject, in one step however many there are: when the password
   * changed, when the account is closed.
   *
   * @param options `except`: the id of the session that goes on.
   * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`; then try again.
   */
  revokeAll(subject: string, options?: { readonly except?: string }): Promise<void>
  /** Ends all sessions of everybody, in one step. */
  revokeEverybody(): Promise<void>
  /** The time by the clock of the sessions, in whole seconds. */
  now(): number
}

/** Makes `app.sessions`. */
export function createSessions(house: House): Sessions {
  const { settings, cutoffs, repository } = house

  function tell(reason: string, subject?: string): void {
    const { name: mechanism, issuer } = settings
    publishRevocation({ mechanism, issuer, subject, reason })
  }

  return {
    async list(subject, { current } = {}) {
      checkSubject(subject)
      const living = await livingSessions(house, subject)
      return living.map((session) => sessionInfo(session, current, settings))
    },

    async find(id) {
      const record = isSessionId(id) ? await repository.load(id) : null
      if (record === null || record.login === null) return null
      const { subject } = record.login
      const living = isLiving(house, record, await cutoffs.look(subject))
      return living ? { ...sessionInfo({ id, record }, undefined, settings), subject } : null
    },

    async revoke(id) {
      if (!isSessionId(id)) return false
      const before = await endSession(house, id, 'revoked')
      return before !== null && before.ended === undefined
    },

    async revokeAll(subject, { except } = {}) {
      checkSubject(subject)
      const now = settings.now()
      const known = await cutoffs.look(subject)
      const cut = Math.max(now, known.cut + 1)
      if (except !== undefined) {
        await repository.update(except, (held) =>
          held.login?.subject === subject ? { ...held, login: { ...held.login, cut } } : null,
        )
      }
      await cutoffs.raise(subject, cut, now + settings.absoluteTimeout + SKEW)
      tell('revoked-all', subject)
    },

    async revokeEverybody() {
      const now = settings.now()
      const known = await cutoffs.look('')
      const cutAll = Math.max(now, known.cutAll + 1)
      await cutoffs.raiseAll(cutAll, now + settings.absoluteTimeout + SKEW)
      tell('revoked-everybody')
    },

    now: settings.now,
  }
}
