/** A person, as this application knows them. Sessions and passwords need no more. */
export interface User {
  readonly id: string
  readonly name: string
  readonly passwordHash: string
}

/** The users table. */
export interface Users {
  /** @param name As it was typed: case and spaces around it do not matter. */
  find(name: string): User | undefined
  get(id: string): User
  /** @returns `null` when the name is taken. */
  add(name: string, passwordHash: string): User | null
  setPassword(id: string, passwordHash: string): void
}

/** How a name is looked up, and what its failed logins are counted under. */
export function accountOf(name: string): string {
  return name.trim().toLowerCase()
}

/** A table in memory; yours is in a database. */
export function createUsers(): Users {
  const byId = new Map<string, User>()
  const find = (name: string): User | undefined =>
    [...byId.values()].find((user) => accountOf(user.name) === accountOf(name))

  return {
    find,
    get(id) {
      const user = byId.get(id)
      if (user === undefined) throw new Error('Cannot find the user: there is no such id')
      return user
    },
    add(name, passwordHash) {
      if (find(name) !== undefined) return null
      const user = { id: `user-${byId.size + 1}`, name: name.trim(), passwordHash }
      byId.set(user.id, user)
      return user
    },
    setPassword(id, passwordHash) {
      byId.set(id, { ...this.get(id), passwordHash })
    },
  }
}
