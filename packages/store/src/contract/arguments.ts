import assert from 'node:assert/strict'
import type { Json, Store } from '../types.js'
import { type ContractTest, later, uniqueName } from './harness.js'

const hostileKeys: readonly [string, string][] = [
  ['empty', ''],
  ['colon', ':'],
  ['many colons', 'a:b::c:'],
  ['star', '*'],
  ['question mark and brackets', '?[a-z]'],
  ['percent and underscore', '%_'],
  ['braces', '{a}'],
  ['empty braces', '{}'],
  ['brace that is not closed', 'x{y'],
  ['two tags', '{a}{b}'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['quotes', `'"\`;--`],
  ['backslash', '\\'],
  ['blank', ' '],
  ['blanks around', ' a '],
  ['line breaks', '\r\nDEL *\r\n'],
  ['NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud800'],
  ['emoji', '\u{1f511}'],
  ['composed', '\u00e9'],
  ['decomposed', 'e\u0301'],
  ['10 kB', 'k'.repeat(10_000)],
  ['1 kB of three-byte letters', '\u20ac'.repeat(341)],
]

async function roundTrip(store: Store, key: string, expiresAt: number): Promise<void> {
  try {
    await store.delete(key)
    assert.equal(await store.create(key, { key }, { expiresAt }), true)
    const record = await store.get(key)
    assert.deepEqual(record?.value, { key })
    assert.equal(await store.replace(key, String(record?.version), 'replaced'), true)
    await store.link(key, 'member', expiresAt)
    await store.link('contract:hostile', key, expiresAt)
    assert.deepEqual((await store.list(key)).members, ['member'])
    assert.ok((await store.list('contract:hostile')).members.includes(key))
    await store.unlink('contract:hostile', key)
    assert.ok(!(await store.list('contract:hostile')).members.includes(key))
    await store.unlink(key, 'member')
    const counter = await store.increment(key, 3, { expiresAt })
    assert.equal((await store.increment(key, -counter.value, { expiresAt })).value, 0)
    await store.append(key, key, expiresAt)
    assert.equal((await store.get(key))?.value, 'replaced')
    assert.equal(await store.delete(key), true)
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'LATCHKEY_STORE_INVALID', String(error))
  }
}

const refusals: readonly [string, (store: Store, at: number) => Promise<unknown>][] = [
  ['an instant in milliseconds', (store) => store.create('k', 1, { expiresAt: 1.7e12 })],
  ['an instant that is no number', (store) => store.create('k', 1, { expiresAt: Number.NaN })],
  ['an instant without end', (store, at) => store.link('k', 'm', at / 0)],
  ['an instant before the epoch', (store) => store.append('k', 1, -1)],
  ['an instant that is text', (store) => store.append('k', 1, '9' as unknown as number)],
  ['a value of undefined', (store) => store.create('k', undefined as unknown as Json)],
  ['a value of a big integer', (store) => store.create('k', 1n as unknown as Json)],
  ['a value of over a megabyte', (store) => store.replace('k', '1', 'v'.repeat(1_048_577))],
  ['a key that is no text', (store) => store.get(1 as unknown as string)],
  ['a fraction to add', (store, at) => store.increment('k', 0.5, { expiresAt: at })],
  ['a limit below nought', (store, at) => store.increment('k', 1, { expiresAt: at, limit: -1 })],
  ['a counter that never ends', (store) => store.increment('k', 1, { expiresAt: 1 / 0 })],
  ['a page of nobody', (store) => store.list('k', { limit: 0 })],
  ['a page of more than a thousand', (store) => store.list('k', { limit: 1001 })],
  ['a page of a fraction', (store) => store.list('k', { limit: 1.5 })],
]

/** What every store promises of hostile arguments. */
export const argumentTests: readonly ContractTest[] = [
  ...hostileKeys.map(
    ([what, key]) =>
      ({
        name: `a hostile key (${what}) is a key like others, or refused`,
        run: ({ store, now }) => roundTrip(store, key, now() + later),
      }) satisfies ContractTest,
  ),
  {
    name: 'hostile keys are no patterns: their neighbours stay as they are',
    async run({ store, now }) {
      const base = uniqueName()
      const expiresAt = now() + later
      await store.create(`${base}:neighbour`, 'untouched', { expiresAt })
      for (const key of [`${base}:*`, `${base}:?eighbour`, `${base}:%`, `{${base}:}neighbour`]) {
        await store.create(key, 'hostile', { expiresAt })
        await store.delete(key)
      }
      assert.equal((await store.get(`${base}:neighbour`))?.value, 'untouched')
    },
  },
  {
    name: 'keys differ when they differ in case, in composition, or in a blank at the end',
    async run({ store, now }) {
      const base = uniqueName()
      const names = ['a', 'A', 'a ', '\u00e9', 'e\u0301'].map((end) => `${base}${end}`)
      const expiresAt = now() + later
      for (const name of names) assert.equal(await store.create(name, name, { expiresAt }), true)
      for (const name of names) assert.equal((await store.get(name))?.value, name)
    },
  },
  {
    name: 'a megabyte of value comes back whole',
    async run({ store, now }) {
      const key = uniqueName()
      const value = '\u20acuro'.repeat(250_000)
      assert.equal(await store.create(key, value, { expiresAt: now() + later }), true)
      assert.equal((await store.get(key))?.value, value)
      assert.equal(await store.delete(key), true)
    },
  },
  {
    name: 'a member named __proto__ in a value stays a member',
    async run({ store, now }) {
      const key = uniqueName()
      const value: Json = JSON.parse('{"__proto__":{"admin":true},"constructor":1}')
      await store.create(key, value, { expiresAt: now() + later })
      const read = (await store.get(key))?.value as { admin?: boolean }
      assert.equal(read.admin, undefined)
      assert.equal(JSON.stringify(read), JSON.stringify(value))
    },
  },
  ...refusals.map(
    ([what, attempt]) =>
      ({
        name: `${what} is refused`,
        async run({ store, now }) {
          await assert.rejects(attempt(store, now() + later), { code: 'LATCHKEY_STORE_INVALID' })
        },
      }) satisfies ContractTest,
  ),
]
