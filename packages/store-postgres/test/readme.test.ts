import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import { requireService, startPostgres } from '@latchkey/services'
import { StoreFull, StoreInvalid, StoreUnavailable, StoreUnfit } from '@latchkey/store'
import t from 'tap'

const readme = new URL('../README.md', import.meta.url)

const skip = requireService('postgres')

t.test('the programs in the README run', { skip }, async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  process.env.DATABASE_URL = server.url
  await testFences(t as unknown as Parameters<typeof testFences>[0], readme)
})

t.test('the README tells every error code, and no other', async (t) => {
  const text = await readFile(readme, 'utf8')
  const told = [...text.matchAll(/^\| `(LATCHKEY_\w+)` +\| (\d+) /gm)].map((row) => row.slice(1, 3))
  const made = [StoreUnavailable, StoreFull, StoreInvalid, StoreUnfit]
    .map((make) => new make('so'))
    .map(({ code, statusCode }) => [code, String(statusCode)])
  t.same(told, made)
})
