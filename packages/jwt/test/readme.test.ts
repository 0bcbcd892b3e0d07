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
  const { InvalidOptions, InvalidRequest, RefreshRefused } = errors
  const made = [
    new InvalidOptions('x'),
    new InvalidRequest('x'),
    new RefreshRefused({ cause: 'x' }),
  ]
  t.equal(made.length, Object.keys(errors).length)
  t.same(
    told,
    made.map(({ code, statusCode }) => [code, String(statusCode)]),
  )
})

t.test('the README tells every option, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const files = [
    'trusted-issuer',
    'bearer-options',
    'options',
    'issue-options',
    'dpop-settings',
    'client-certificate',
    'introspection-options',
  ]
  const names: (string | undefined)[] = []
  for (const file of files) {
    const source = await readFile(new URL(`../src/${file}.ts`, import.meta.url), 'utf8')
    for (const [, members = ''] of source.matchAll(
      /^export interface \w+Options .*?\{$(.*?)^\}/gms,
    )) {
      names.push(...[...members.matchAll(/^ {2}readonly (\w+)/gm)].map((row) => row[1]))
    }
  }
  const told = [...text.matchAll(/^\| option .*?\n\n/gms)].flatMap(([table]) =>
    [...table.matchAll(/^\| `(\w+)` /gm)].map((row) => row[1]),
  )
  t.same(told.sort(), names.sort())
})
