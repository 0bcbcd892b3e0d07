import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import t from 'tap'
import * as errors from '../src/errors.js'
import { eventSchemas } from '../src/index.js'

const file = new URL('../README.md', import.meta.url)
const readme = await readFile(file, 'utf8')

/** The first column of a section's table, and its second. */
function tableOf(section: string): [first: string, second: string][] {
  const [, text = ''] = readme.split(`\n## ${section}\n`)
  const [own = ''] = text.split('\n## ')
  return [...own.matchAll(/^\| `([^`]+)` +\| ([^|]+) \|/gm)].map(([, first, second]) => [
    first ?? '',
    second?.trim() ?? '',
  ])
}

t.test('the README lists every error code with its status, and no other', async (t) => {
  const listed = tableOf('Errors')
  const thrown = Object.values(errors).map((create) => new create())
  t.same(listed.map(([code]) => code).sort(), thrown.map(({ code }) => code).sort())
  for (const { code, statusCode } of thrown) {
    const [, status] = listed.find(([each]) => each === code) ?? []
    t.equal(status === 'boot' ? '500' : status, String(statusCode), code)
  }
})

t.test('the README lists every event, and no other', async (t) => {
  t.same(
    tableOf('Events').map(([name]) => name),
    Object.keys(eventSchemas),
  )
})

t.test('the README lists every option, and no other', async (t) => {
  t.same(
    tableOf('Options').map(([name]) => name),
    ['timeout'],
  )
})

t.test('the programs in the README run', async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], file),
)
