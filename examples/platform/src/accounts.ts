import {
  createPasswords,
  type PasswordAttempt,
  type PasswordVerdict,
} from '@latchkey/session/password'
import type { Store } from '@latchkey/store'

/** Somebody who can log in. */
export interface Account {
  readonly username: string
  readonly roles: readonly string[]
  hash: string
}

/** The people of the platform; a real application keeps them in its own table. */
export interface Accounts {
  add(username: string, password: string, roles: readonly string[]): Promise<Account>
  /** Takes as long for an unknown name as for a known one. */
  verify(attempt: Omit<PasswordAttempt, 'hash'>): Promise<Found>
}

type Found =
  | { readonly account: Account }
  | { readonly account: null; readonly verdict: Exclude<PasswordVerdict, { ok: true }> }

/** Keeps accounts in memory, and their passwords as Argon2id hashes. */
export function createAccounts(store: Store): Accounts {
  const passwords = createPasswords({ store })
  const accounts = new Map<string, Account>()
  return {
    async add(username, password, roles) {
      const account = { username, roles, hash: await passwords.hash(password) }
      accounts.set(username, account)
      return account
    },
    async verify(attempt) {
      const account = accounts.get(attempt.account) ?? null
      const verdict = await passwords.verify({ ...attempt, hash: account?.hash ?? null })
      if (!verdict.ok) return { account: null, verdict }
      const known = account as Account
      if (verdict.rehash !== null) known.hash = verdict.rehash
      return { account: known }
    },
  }
}
