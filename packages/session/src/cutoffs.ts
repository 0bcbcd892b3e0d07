import type { Replica } from '@latchkey/store'
import { Unavailable } from './errors.js'
import type { Login } from './record.js'

/** The cut-offs that a login was made under. */
export type KnownCuts = Pick<Login, 'cut' | 'cutAll'>

/**
 * Ends all sessions of a subject, or everybody's, by one number: a login remembers the number that
 * it was made under, and a higher one voids it. Logins after the cut-off remember the new number.
 * So it takes no list of sessions, and no clock has to agree with another.
 */
export interface Cutoffs {
  /** Grows with every cut-off that this process hears of. */
  readonly heard: number
  /** Whether this process knows of a cut-off that voids the login. */
  isVoid(subject: string, known: KnownCuts): boolean
  /** Asks the store what the cut-offs are at the moment. */
  look(subject: string): Promise<KnownCuts>
  /** Voids all logins of a subject that were made under lower numbers. @returns The new number. */
  raise(subject: string, cut: number, expiresAt: number): Promise<void>
  raiseAll(cut: number, expiresAt: number): Promise<void>
}

const SUBJECT = 'session.subject'
const EVERYBODY = 'session.everybody'

/** @param name The mechanism's: another one's sessions are not concerned. */
export function createCutoffs(replica: Replica, name: string): Cutoffs {
  const keyOf = (subject: string): string => `${name}:${subject}`
  let heard = 0
  const count = (): void => {
    heard++
  }
  replica.subscribe(SUBJECT, count)
  replica.subscribe(EVERYBODY, count)

  async function guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (cause) {
      throw new Unavailable({ cause })
    }
  }

  return {
    get heard() {
      return heard
    },
    isVoid(subject, { cut, cutAll }) {
      return (
        (replica.valueOf(SUBJECT, keyOf(subject)) ?? 0) > cut ||
        (replica.valueOf(EVERYBODY, name) ?? 0) > cutAll
      )
    },
    async look(subject) {
      const [one, all] = await guard(
        Promise.all([replica.lookup(SUBJECT, keyOf(subject)), replica.lookup(EVERYBODY, name)]),
      )
      return { cut: one?.value ?? 0, cutAll: all?.value ?? 0 }
    },
    raise: (subject, cut, expiresAt) =>
      guard(replica.publish({ topic: SUBJECT, key: keyOf(subject), value: cut, expiresAt })),
    raiseAll: (cut, expiresAt) =>
      guard(replica.publish({ topic: EVERYBODY, key: name, value: cut, expiresAt })),
  }
}
