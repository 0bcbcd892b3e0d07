import {
  createPasswords,
  type PasswordAttempt,
  type PasswordVerdict,
} from '@latchkey/session/password'
import type { Json, Store } from '@latchkey/store'

/** Somebody who can log in. */
export interface Account {
  /** The subject of sessions, keys and tokens. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly roles: readonly string[]
  /** `null`: there is no password, they sign in elsewhere. */
  readonly hash: string | null
}

/** The people of the platform; a real application keeps them in its own table. */
export interface Accounts {
  /** @returns The account, or `null` when the name is taken. */
  add(username: string, password: string, roles: readonly string[]): Promise<Account | null>
  /** The account of somebody whom another server vouches for; made when they first come. */
  adopt(id: string, name: string): Promise<Account>
  find(id: string): Promise<Account | null>
  list(): Promise<readonly Account[]>
  /** Takes as long for an unknown name as for a known one. */
  verify(attempt: Omit<PasswordAttempt, 'hash'>): Promise<Found>
}

/** Somebody, or why not. */
export type Found =
  | { readonly account: Account }
  | { readonly account: null; readonly verdict: Exclude<PasswordVerdict, { ok: true }> }

const FOREVER = 99_999_999_999

/**
 * Which names people may take. No colon and no hyphen: subjects of services, clients and people
 * from elsewhere have one, so that nobody takes theirs.
 */
export const namePattern = '^[A-Za-z][A-Za-z0-9]{1,31}$'

/** How a name is looked up, and what its failed logins are counted under. */
export function accountId(username: string): string {
  return username.trim().toLowerCase()
}

/**
 * Keeps accounts in the store, and their passwords as Argon2id hashes.
 *
 * @param house Whose people they are. Default: the platform's.
 */
export function createAccounts(store: Store, house = 'platform'): Accounts {
  const passwords = createPasswords({ store, name: `${house}-password` })
  const index = `${house}:accounts`
  const keyOf = (id: string): string => `${house}:account:${id}`

  async function find(id: string): Promise<Account | null> {
    if (!/^[\w:@.-]{1,200}$/.test(id)) return null
    return ((await store.get(keyOf(id)))?.value ?? null) as Account | null
  }

  async function insert(account: Account): Promise<boolean> {
    if (!(await store.create(keyOf(account.id), { ...account } as Json))) return false
    await store.link(index, account.id, FOREVER)
    return true
  }

  async function rehash(id: string, hash: string): Promise<void> {
    const record = await store.get(keyOf(id))
    if (record === null) return
    await store.replace(keyOf(id), record.version, { ...(record.value as object), hash })
  }

  return {
    find,
    async add(username, password, roles) {
      const name = username.trim()
      const hash = await passwords.hash(password)
      const account = { id: accountId(name), name, roles, hash }
      return (await insert(account)) ? account : null
    },
    async adopt(id, name) {
      await insert({ id, name, roles: ['buyer'], hash: null })
      return (await find(id)) as Account
    },
    async list() {
      const { members } = await store.list(index, { limit: 200 })
      const found = await Promise.all(members.map(find))
      return found.flatMap((account) => account ?? [])
    },
    async verify(attempt) {
      const id = accountId(attempt.account)
      const account = await find(id)
      const hash = account?.hash ?? null
      const verdict = await passwords.verify({ ...attempt, account: id, hash })
      if (!verdict.ok) return { account: null, verdict }
      if (verdict.rehash !== null) await rehash(id, verdict.rehash)
      return { account: account as Account }
    },
  }
}
