import { randomBytes } from 'node:crypto'
import { memoryStore } from '@latchkey/store'
import t from 'tap'
import type { KeyRecord } from '../src/record.js'
import { createDigester } from '../src/secret-digest.js'
import { START, testClock } from './fixtures/clock.js'
import { stage } from './fixtures/stage.js'

const OLD = randomBytes(32)
const NEW = randomBytes(32)

t.test('a digest under a pepper is worth nothing without it', async (t) => {
  const plain = createDigester([])
  const peppered = createDigester([{ secret: OLD }])
  const stored = peppered.digest('the key', 0)
  t.match(stored.scheme, /^hmac-sha256:[0-9A-Za-z_-]{8}$/)
  t.ok(peppered.matcher(stored)('the key', 0))
  t.notOk(peppered.matcher(stored)('another', 0))
  t.notOk(plain.matcher(stored)('the key', 0), 'its pepper is not known')
  t.notOk(createDigester([{ secret: NEW }]).matcher(stored)('the key', 0))
  t.equal(plain.digest('the key', 0).scheme, 'sha256')
})

t.test('V13.3.4: a pepper past its end neither makes nor matches digests', async (t) => {
  const digester = createDigester([{ secret: OLD, notAfter: 10 }])
  const stored = digester.digest('the key', 9)
  t.ok(digester.matcher(stored)('the key', 9.9))
  t.notOk(digester.matcher(stored)('the key', 10))
  t.throws(() => digester.digest('the key', 10), { code: 'LATCHKEY_TOKENS_INVALID_KEYS' })
  const rotated = createDigester([{ secret: OLD, notAfter: 10 }, { secret: NEW }])
  t.not(rotated.digest('the key', 10).scheme, stored.scheme)
})

t.test('one pepper cannot be given twice', async (t) =>
  t.throws(() => createDigester([{ secret: OLD }, { secret: OLD }]), {
    code: 'LATCHKEY_TOKENS_INVALID_KEYS',
  }),
)

t.test('V11.2.2: old digests verify under a new pepper, and are moved to it on use', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const before = await stage(t, { base, sharedClock })
  const { key, info } = await before.issue()
  const schemeOf = async () => {
    const found = (await base.get(`api-key/acme/key/${info.id}`)) as { value: unknown } | null
    return (found?.value as KeyRecord | undefined)?.secrets[0]?.scheme
  }
  t.equal(await schemeOf(), 'sha256')

  const first = await stage(t, { base, sharedClock, peppers: OLD })
  t.equal(await first.status(key), 200)
  await first.app.close()
  const moved = await schemeOf()
  t.match(moved, /^hmac-sha256:/)
  t.match(first.app.mechanisms.find('api-key')?.describe(), { algorithms: ['HMAC-SHA-256'] })

  const second = await stage(t, { base, sharedClock, peppers: [NEW, OLD] })
  second.keep(key)
  t.same([await second.status(key), await second.status(key)], [200, 200])
  t.equal(await second.status(`acme_live_${info.id}_${'0'.repeat(43)}_000000`), 401)
  await second.app.close()
  t.not(await schemeOf(), moved)

  const third = await stage(t, { base, sharedClock, peppers: [NEW] })
  t.equal(await third.status(key), 200)
  const without = await stage(t, { base, sharedClock, peppers: [OLD] })
  t.equal(await without.status(key), 401)
})

t.test('what cannot be moved is told, and works on', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const before = await stage(t, { base, sharedClock })
  const { key } = await before.issue()
  const setting = await stage(t, { base, sharedClock, peppers: OLD, lastUsedInterval: 1 })
  let tries = 0
  let giveUp: (error: Error) => void = () => {}
  Object.assign(setting.store, {
    replace() {
      tries++
      return new Promise((_resolve, reject) => {
        giveUp = reject
      })
    },
  })
  t.equal(await setting.status(key), 200)
  while (tries === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  sharedClock.advance(1)
  t.equal(await setting.status(key), 200)
  t.equal(tries, 1, 'not twice at once')
  giveUp(new Error('gone'))
  while (!setting.log().includes('cannot bring the digest')) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

t.test('a secret that is gone by then is left alone', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const before = await stage(t, { base, sharedClock })
  const { key, info } = await before.issue()
  const setting = await stage(t, { base, sharedClock, peppers: OLD })
  const { get } = setting.store
  let isRotated = false
  Object.assign(setting.store, {
    async get(name: string) {
      if (setting.counting.counts.get === 2 && !isRotated) {
        isRotated = true
        await before.app.apiKeys.rotate(info.id)
      }
      return get(name)
    },
  })
  setting.counting.reset()
  t.equal(await setting.status(key), 200)
  await setting.app.close()
  t.ok(isRotated)
  const found = (await base.get(`api-key/acme/key/${info.id}`))?.value as unknown
  t.same(
    (found as KeyRecord).secrets.map(({ scheme }) => scheme),
    ['sha256'],
  )
})

t.test('an unknown key is compared with a decoy', async (t) => {
  const { status } = await stage(t, { peppers: OLD })
  const { issueKey } = await import('../src/key-format.js')
  const key = issueKey('acme', { environment: 'live', id: '0'.repeat(16) })
  t.equal(await status(key), 401)
  t.notOk(createDigester([]).decoy()('x', START))
})

t.test('V11.2.3: a weak pepper is refused', async (t) => {
  for (const peppers of ['short', 'a'.repeat(64), []]) {
    await t.rejects(stage(t, { peppers }), { code: 'LATCHKEY_TOKENS_WEAK_SECRET' })
  }
})
