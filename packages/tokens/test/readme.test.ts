import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import t from 'tap'
import * as errors from '../src/errors.js'

const readme = new URL('../README.md', import.meta.url)

t.test('the programs in the README run', async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], readme),
)

t.test('the README tells every error code, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const told = [...text.matchAll(/^\| `(LATCHKEY_\w+)` +\| (\d+) /gm)].map((row) => row.slice(1, 3))
  const made = Object.values(errors)
    .map((make) => new make('so', 'it is'))
    .map(({ code, statusCode }) => [code, String(statusCode)])
  t.same(told.sort(), made.sort())
})

t.test('the README tells every option, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const files = ['rotating-keyring', 'outbound', 'remote-keys']
  const sources = await Promise.all(
    files.map((file) => readFile(new URL(`../src/${file}.ts`, import.meta.url), 'utf8')),
  )
  const names = sources.flatMap((source) => {
    const [, members = ''] = /^export interface \w+Options \{$(.*?)^\}/ms.exec(source) ?? []
    return [...members.matchAll(/^ {2}readonly (\w+)/gm)].map((row) => row[1])
  })
  const told = [...text.matchAll(/^\| option .*?\n\n/gms)].flatMap(([table]) =>
    [...table.matchAll(/^\| `(\w+)` /gm)].map((row) => row[1]),
  )
  t.same(told, names)
})
