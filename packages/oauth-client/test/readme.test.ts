import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import { memoryStore } from '@latchkey/store'
import t from 'tap'
import * as errors from '../src/errors.js'
import { discovery } from '../src/index.js'
import { readOptions } from '../src/options.js'

const readme = new URL('../README.md', import.meta.url)

t.test('the programs in the README run', { timeout: 240_000 }, async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], readme),
)

t.test('the README tells every error code, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const told = [...text.matchAll(/^\| `(LATCHKEY_\w+)` \| (\d+) /gm)].map((row) => row.slice(1, 3))
  const made = Object.values(errors)
    .map(
      (make) =>
        new (make as new (state: never) => { code: string; statusCode: number })('so' as never),
    )
    .map(({ code, statusCode }) => [code, String(statusCode)])
  t.strictSame(told.sort(), made.sort())
})

t.test('the README tells every option, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const table = text.slice(text.indexOf('## Options'), text.indexOf('### Of each provider'))
  const told = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  const settings = readOptions({
    store: memoryStore(),
    secrets: 'x',
    origin: 'https://app.example.com',
    providers: { acme: discovery({ issuer: 'https://id.example.com', clientId: 'app' }) },
  })
  const { now, ...known } = settings
  t.type(now, 'function')
  t.strictSame(told.sort(), [...Object.keys(known), 'secrets', 'outbound', 'clock'].sort())
})
