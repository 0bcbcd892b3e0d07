import type { Passwords } from '@latchkey/session/password'
import type { UserConfig } from './config.js'

/** A user as the server keeps it. */
export interface User {
  readonly sub: string
  readonly hash: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** The users of the configuration: an application has a table of its own. */
export interface Users {
  find(username: string): User | undefined
  bySubject(sub: string): User | undefined
}

/** Hashes the passwords of the configuration. */
export async function openUsers(
  configured: readonly UserConfig[],
  passwords: Passwords,
): Promise<Users> {
  const byName = new Map<string, User>()
  const bySub = new Map<string, User>()
  for (const { username, password, sub = username, claims = {} } of configured) {
    const user = { sub, hash: await passwords.hash(password), claims }
    byName.set(username, user)
    bySub.set(sub, user)
  }
  return { find: (username) => byName.get(username), bySubject: (sub) => bySub.get(sub) }
}
