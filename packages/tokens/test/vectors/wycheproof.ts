import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/index.js'

/** One vector: a key set, a token, and what should come of it. */
export interface Vector {
  readonly id: number
  readonly comment: string
  readonly valid: boolean
  /** The verification keys: public, or shared secrets. */
  readonly keys: readonly JsonObject[]
  readonly token: string
}

interface Group {
  readonly public?: JsonObject
  readonly private: JsonObject
  readonly tests: readonly {
    tcId: number
    comment: string
    result: string
    jws?: string | JsonObject
  }[]
}

const folder = process.env.LATCHKEY_VECTORS ?? join(process.cwd(), '../../../shared/vectors')

/** Why the vectors cannot be read, or `false`. With `CI=true` that is a failure instead. */
export const skip =
  existsSync(join(folder, 'wycheproof')) || process.env.CI === 'true'
    ? false
    : 'vectors not found; see LATCHKEY_VECTORS'

/** Reads the signature vectors of a file. */
export function readVectors(file: string): readonly Vector[] {
  const path = join(folder, 'wycheproof', file)
  const { testGroups } = JSON.parse(readFileSync(path, 'utf8')) as { testGroups: Group[] }
  return testGroups.flatMap((group) => {
    const given = group.public ?? group.private
    const keys = (given.keys ?? [given]) as readonly JsonObject[]
    return group.tests
      .filter((test) => test.jws !== undefined)
      .map(({ tcId: id, comment, result, jws }) => ({
        id,
        comment,
        valid: result === 'valid',
        keys,
        token: typeof jws === 'string' ? jws : JSON.stringify(jws),
      }))
  })
}
