import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import t from 'tap'
import * as errors from '../src/errors.js'
import { keyEventSchemas } from '../src/index.js'
import { optionNames } from '../src/options.js'

const file = new URL('../README.md', import.meta.url)
const readme = await readFile(file, 'utf8')

/** The first two columns of a section's tables. */
function tableOf(section: string): [first: string, second: string][] {
  const [, text = ''] = readme.split(`\n## ${section}\n`)
  const [own = ''] = text.split('\n## ')
  return [...own.matchAll(/^\| `([^`]+)` +\| ([^|]+) \|/gm)].map(([, first, second]) => [
    first ?? '',
    second?.trim() ?? '',
  ])
}

t.test('the README lists every error code with its status, and no other', async (t) => {
  const made = Object.values(errors).map((create) => new create('x'))
  const expected = made.map(({ code, statusCode }) => [
    code,
    statusCode === 500 ? 'boot' : String(statusCode),
  ])
  t.same(new Map(tableOf('Errors')), new Map(expected as [string, string][]))
})

t.test('the README lists every option, and no other', async (t) => {
  t.same(
    tableOf('Options')
      .map(([name]) => name)
      .sort(),
    [...optionNames].sort(),
  )
})

t.test('the README lists every event, and no other', async (t) => {
  t.same(
    tableOf('Events').map(([name]) => name),
    Object.keys(keyEventSchemas),
  )
})

t.test('the programs in the README run', async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], file),
)
