import { randomBytes } from 'node:crypto'
import type { Store } from '@latchkey/store'
import {
  checkAmount,
  checkInstant,
  checkKey,
  createBatcher,
  serializeValue,
} from '@latchkey/store/engine'
import type { Names } from './names.js'
import { toExpiry } from './names.js'
import { incrementScript, replaceScript } from './scripts.js'
import type { Sender } from './sender.js'

/** The record and counter facets. */
export type RedisRecords = Pick<Store, 'get' | 'create' | 'replace' | 'delete' | 'increment'>

/**
 * A record is one string, `<version>:<JSON>`. Versions are random, so none ever comes back, and a
 * write that a client sent twice is recognized as its own.
 */
function newVersion(): string {
  return randomBytes(12).toString('base64url')
}

function versionOf(text: string): string {
  return text.slice(0, text.indexOf(':'))
}

/** On one server, all look-ups of a turn are one MGET; in a cluster, each goes to its node. */
function createFinder(
  sender: Sender,
  isCluster: boolean,
): (key: string) => Promise<string | undefined> {
  if (isCluster) {
    return async (key) => ((await sender.read('get', key)) as string | null) ?? undefined
  }
  return createBatcher(async (keys) => {
    const texts = (await sender.read('mget', ...keys)) as (string | null)[]
    const found = new Map<string, string>()
    for (const [place, key] of keys.entries()) {
      const text = texts[place]
      if (typeof text === 'string') found.set(key, text)
    }
    return found
  })
}

/** Makes the record and counter facets: every operation is one command on one key. */
export function createRecords(sender: Sender, names: Names, isCluster: boolean): RedisRecords {
  const find = createFinder(sender, isCluster)
  return {
    async get(key) {
      checkKey(key)
      const text = await find(names.record(key))
      if (text === undefined) return null
      const version = versionOf(text)
      return { value: JSON.parse(text.slice(version.length + 1)), version }
    },

    async create(key, value, { expiresAt } = {}) {
      checkKey(key)
      const version = newVersion()
      const text = `${version}:${serializeValue(value)}`
      if (expiresAt !== undefined) checkInstant(expiresAt)
      const expiry = expiresAt === undefined ? [] : ['PXAT', toExpiry(expiresAt)]
      const kept = await sender.write('set', names.record(key), text, 'NX', 'GET', ...expiry)
      return typeof kept !== 'string' || versionOf(kept) === version
    },

    async replace(key, version, value, { expiresAt } = {}) {
      checkKey(key)
      const text = serializeValue(value)
      if (expiresAt !== undefined) checkInstant(expiresAt)
      const expiry = expiresAt === undefined ? '' : toExpiry(expiresAt)
      const known = [names.record(key)]
      return (await sender.run(replaceScript, known, version, newVersion(), text, expiry)) === 1
    },

    async delete(key) {
      checkKey(key)
      return (await sender.write('del', names.record(key))) === 1
    },

    async increment(counter, by, options) {
      checkKey(counter)
      checkInstant(options.expiresAt)
      const limit = checkAmount(by, options.limit)
      const [value, allowed] = (await sender.run(
        incrementScript,
        [names.counter(counter)],
        by,
        limit,
        toExpiry(options.expiresAt),
      )) as [string, number]
      return { value: Number(value), allowed: allowed === 1 }
    },
  }
}
