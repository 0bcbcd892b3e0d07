import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import { requireService, startRedis } from '@latchkey/services'
import { StoreFull, StoreInvalid, StoreUnavailable, StoreUnfit } from '@latchkey/store'
import t from 'tap'

const readme = new URL('../README.md', import.meta.url)

const skip = requireService('redis-server')

t.test('the programs in the README run', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  process.env.REDIS_PORT = String(redis.port)
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
