import { Redis } from 'ioredis'
import t from 'tap'
import { type RedisStoreOptions, redisClientOptions, redisStore } from '../src/index.js'

const client = new Redis({ lazyConnect: true, ...redisClientOptions() })
t.teardown(() => client.disconnect())

t.test('options that make no sense are refused', async (t) => {
  const wrong: readonly [unknown, RegExp][] = [
    [{ prefix: 7 }, /"prefix"/],
    [{ prefix: '{slot}' }, /"prefix"/],
    [{ prefix: 'a\0' }, /"prefix"/],
    [{ timeout: 0 }, /"timeout"/],
    [{ timeout: 601 }, /"timeout"/],
    [{ timeout: Number.NaN }, /"timeout"/],
    [{ replicas: -1 }, /"replicas"/],
    [{ replicas: 0.5 }, /"replicas"/],
  ]
  for (const [options, message] of wrong) {
    t.throws(() => redisStore(client, options as RedisStoreOptions), {
      code: 'LATCHKEY_STORE_INVALID',
      message,
    })
  }
  t.ok(redisStore(client, { prefix: '', timeout: 600, replicas: 2 }))
})

t.test('a client is told to time out, and not to queue', async (t) => {
  t.match(redisClientOptions(), { commandTimeout: 2000, connectTimeout: 2000 })
  t.match(redisClientOptions(0.5), { commandTimeout: 500, enableOfflineQueue: false })
})

t.test('a cursor of another engine is refused', async (t) => {
  const follow = redisStore(client).follow(
    'f',
    '7',
    () => {},
    () => {},
  )
  await t.rejects(follow, { code: 'LATCHKEY_STORE_INVALID' })
})
