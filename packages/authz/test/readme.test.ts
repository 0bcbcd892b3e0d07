import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import t from 'tap'
import * as errors from '../src/errors.js'
import { optionNames } from '../src/options.js'

const readme = new URL('../README.md', import.meta.url)

t.test('the programs in the README run', async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], readme),
)

t.test('the README tells every error code, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const told = [...text.matchAll(/^\| `(LATCHKEY_\w+)` \| (\d+) \|/gm)].map((row) =>
    row.slice(1, 3),
  )
  const made = Object.values(errors)
    .map((make) => new make('so'))
    .map(({ code, statusCode }) => [code, String(statusCode)])
  t.same(told.sort(), made.sort())
})

t.test('the README tells every option, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const [, section = ''] = /^## Options$(.*?)^## /ms.exec(text) ?? []
  const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].map((row) => row[1] as string)
  const told = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map((name) => name[1]))
  t.same(told.sort(), [...optionNames].sort())
})
