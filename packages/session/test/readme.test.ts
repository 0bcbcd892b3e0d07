import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import { memoryStore } from '@latchkey/store'
import t from 'tap'
import * as errors from '../src/errors.js'
import { readOptions } from '../src/options.js'
import { PasswordBusy, PasswordInvalid } from '../src/password.js'

const readme = new URL('../README.md', import.meta.url)

t.test('the programs in the README run', { timeout: 240_000 }, async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], readme),
)

t.test('the README tells every error code, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const told = [...text.matchAll(/^\| `(LATCHKEY_\w+)` \| (\d+) /gm)].map((row) => row.slice(1, 3))
  const made = [...Object.values(errors), PasswordBusy, PasswordInvalid]
    .map((make) => new make('so'))
    .map(({ code, statusCode }) => [code, String(statusCode)])
  t.strictSame(told.sort(), made.sort())
})

t.test('the README tells every option, with its default', async (t) => {
  const text = await readFile(readme, 'utf8')
  const table = text.slice(text.indexOf('## Options'), text.indexOf('## Errors'))
  const told = new Map(
    [...table.matchAll(/^\| `(\w+)` \| (\S.*?) \| /gm)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('`', ''),
    ]),
  )
  const { now, ...settings } = readOptions({ store: memoryStore() })
  t.strictSame([...told.keys(), 'cookie'].sort(), [...Object.keys(settings), 'clock'].sort())
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'store' || name === 'cookie') continue
    const none = value === null || (Array.isArray(value) && value.length === 0)
    t.equal(told.get(name), none ? 'none' : String(value), name)
  }
  t.type(now(), 'number')
})
