import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import { hash as argonHash } from '@node-rs/argon2'
import fastify from 'fastify'
import t from 'tap'
import { createGate as createPasswordGate } from '../src/password/gate.js'
import { createPasswords, type PasswordOptions } from '../src/password.js'
import { testClock } from './fixtures/clock.js'
import { createGate } from './fixtures/until.js'

const account = 'ada@example.com'
const password = 'correct horse battery staple'

function stage(options: Partial<PasswordOptions> = {}) {
  const clock = testClock()
  const store = memoryStore({ clock })
  return { clock, passwords: createPasswords({ store, clock, ...options }) }
}

t.test('a password is hashed with Argon2id at the least cost of OWASP, and verified', async (t) => {
  const { passwords } = stage()
  const hash = await passwords.hash(password)
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const attempt = { account, hash, address: '192.0.2.1' }
  t.strictSame(await passwords.verify({ ...attempt, password }), { ok: true, rehash: null })
  for (const wrong of [` ${password}`, password.toUpperCase(), `${password} `, 'x']) {
    t.strictSame(await passwords.verify({ ...attempt, password: wrong }), {
      ok: false,
      reason: 'wrong',
    })
  }
  t.strictSame(passwords.describe(), {
    algorithm: 'argon2id',
    cost: { memoryCost: 19_456, timeCost: 2, parallelism: 1 },
    concurrency: 4,
    queue: 1000,
    maxLength: 1024,
    limits: {
      pair: 5,
      address: 50,
      window: 900,
      account: 10,
      accountDelay: 60,
      knownFor: 2_592_000,
    },
  })
})

t.test('a weaker hash is replaced at the next login', async (t) => {
  const { passwords } = stage()
  for (const cost of [
    { memoryCost: 8192, timeCost: 2 },
    { memoryCost: 19_456, timeCost: 1 },
  ]) {
    const hash = await argonHash(password, cost)
    const verdict = await passwords.verify({ account, hash, password, address: '192.0.2.1' })
    t.match(verdict, { ok: true, rehash: /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/ })
  }
  const hash = await argonHash(password)
  const stronger = stage({ parallelism: 2 }).passwords
  const verdict = await stronger.verify({ account, hash, password, address: '192.0.2.1' })
  t.match(verdict, { ok: true, rehash: /p=2\$/ })
})

for (const hash of [
  null,
  '',
  'plain',
  '$2b$10$abcdefghijklmnopqrstuv',
  '$argon2i$v=19$m=16,t=2,p=1$',
]) {
  t.test(
    `without a hash of ours (${hash}) no password is right, and it costs as much`,
    async (t) => {
      const { passwords } = stage()
      const verdict = await passwords.verify({ account, hash, password, address: '192.0.2.1' })
      t.strictSame(verdict, { ok: false, reason: 'wrong' })
    },
  )
}

for (const bad of ['', 'x'.repeat(1025), '☃'.repeat(400), 7 as unknown as string]) {
  t.test(`a password of length ${String(bad).length} is not hashed`, async (t) => {
    const { passwords } = stage()
    await t.rejects(passwords.hash(bad), {
      code: 'LATCHKEY_SESSION_PASSWORD_INVALID',
      statusCode: 422,
    })
    const verdict = await passwords.verify({ account, hash: null, password: bad, address: 'a' })
    t.strictSame(verdict, { ok: false, reason: 'wrong' })
  })
}

t.test('whatever was typed, it fits up to 1024 bytes', async (t) => {
  const { passwords } = stage()
  for (const long of ['x'.repeat(1024), `${'y'.repeat(72)}a`, '☃'.repeat(341), 'a\0b']) {
    const hash = await passwords.hash(long)
    const attempt = { account: long.slice(0, 9), hash, address: '192.0.2.1' }
    t.match(await passwords.verify({ ...attempt, password: long }), { ok: true })
    t.match(await passwords.verify({ ...attempt, password: `${long.slice(0, -1)}z` }), {
      ok: false,
    })
  }
})

/** Who tries what from where, when, and what comes of it. */
type Row = readonly [
  after: number,
  account: string,
  address: string,
  right: boolean,
  outcome: string,
]

const elsewhere = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => [0, 'ada', `198.51.100.${index}`, false, 'wrong'])

const tables: readonly (readonly [name: string, rows: readonly Row[]])[] = [
  [
    'five failures from one address stop this account there for up to 15 minutes',
    [
      ...Array.from({ length: 5 }, (): Row => [0, 'ada', 'a', false, 'wrong']),
      [0, 'ada', 'a', true, 'throttled 900'],
      [100, 'ada', 'a', true, 'throttled 800'],
      [0, 'ada', 'b', true, 'ok'],
      [0, 'bob', 'a', true, 'ok'],
      [800, 'ada', 'a', true, 'ok'],
    ],
  ],
  [
    'a right password takes nothing from the allowance',
    Array.from({ length: 20 }, (): Row => [0, 'ada', 'a', true, 'ok']),
  ],
  [
    'ten failures from everywhere slow an account down, more and more, and lock nobody out',
    [
      ...elsewhere(10),
      [0, 'ada', 'x1', false, 'throttled 2'],
      [0, 'bob', 'x1', true, 'ok'],
      [1, 'ada', 'x2', false, 'wrong'],
      [1, 'ada', 'x3', false, 'throttled 4'],
      [1, 'ada', 'x3', false, 'wrong'],
      [4, 'ada', 'x4', true, 'ok'],
    ],
  ],
  [
    'a device that logged in before is not slowed down by others',
    [
      [0, 'ada', 'home', true, 'ok'],
      ...elsewhere(10),
      [0, 'ada', 'x1', true, 'throttled 2'],
      [0, 'ada', 'home', true, 'ok'],
    ],
  ],
]

for (const [name, rows] of tables) {
  t.test(name, async (t) => {
    const { passwords, clock } = stage()
    const hash = await passwords.hash(password)
    for (const [index, [after, who, address, right, outcome]] of rows.entries()) {
      clock.advance(after)
      const verdict = await passwords.verify({
        account: who,
        address,
        hash,
        password: right ? password : 'wrong',
      })
      const found = verdict.ok
        ? 'ok'
        : 'retryAfter' in verdict
          ? `${verdict.reason} ${verdict.retryAfter}`
          : verdict.reason
      t.equal(found, outcome, `row ${index}: ${who} from ${address}`)
    }
  })
}

t.test('the delay of an account grows to a minute, and no further', async (t) => {
  const { passwords, clock } = stage({ limits: { account: 1, pair: 1000, address: 1000 } })
  const delays: number[] = []
  for (let failures = 0; failures < 9; failures++) {
    await passwords.verify({ account, hash: null, password, address: String(failures) })
    const next = await passwords.verify({ account, hash: null, password, address: 'next' })
    delays.push('retryAfter' in next ? next.retryAfter : 0)
    clock.advance(60)
  }
  t.strictSame(delays, [2, 4, 8, 16, 32, 60, 60, 60, 60])
})

t.test('one address may fail fifty times, over all accounts', async (t) => {
  const { passwords } = stage({ limits: { address: 3 } })
  for (let index = 0; index < 3; index++) {
    const attempt = { account: `user${index}`, hash: null, password, address: 'a' }
    t.match(await passwords.verify(attempt), { reason: 'wrong' })
  }
  const attempt = { account: 'user9', hash: null, password, address: 'a' }
  t.match(await passwords.verify(attempt), { reason: 'throttled', retryAfter: 900 })
})

t.test('devices behind one address have allowances of their own', async (t) => {
  const { passwords } = stage({ limits: { pair: 1 } })
  const attempt = { account, hash: null, password, address: 'a' }
  t.match(await passwords.verify({ ...attempt, device: 'one' }), { reason: 'wrong' })
  t.match(await passwords.verify({ ...attempt, device: 'one' }), { reason: 'throttled' })
  t.match(await passwords.verify({ ...attempt, device: 'two' }), { reason: 'wrong' })
})

t.test('of a hundred guesses at the same time five are checked', async (t) => {
  const { passwords } = stage()
  const verdicts = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      passwords.verify({ account, hash: null, password: `guess ${index}`, address: 'a' }),
    ),
  )
  t.equal(verdicts.filter((verdict) => !verdict.ok && verdict.reason === 'wrong').length, 5)
})

t.test('while failures cannot be counted, nobody may try', async (t) => {
  const { store, fail } = failingStore(memoryStore())
  const passwords = createPasswords({ store })
  fail()
  await t.rejects(passwords.verify({ account, hash: null, password, address: 'a' }), {
    code: 'LATCHKEY_SESSION_UNAVAILABLE',
    statusCode: 503,
  })
})

t.test('no more hash at the same time than may, and the rest wait', async (t) => {
  const gate = createPasswordGate(4, 96)
  const { open, wait, arrived } = createGate()
  let most = 0
  let inside = 0
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside)
    await wait()
    inside--
  }
  const all = Array.from({ length: 100 }, () => gate.pass(work))
  await t.rejects(gate.pass(work), { code: 'LATCHKEY_SESSION_PASSWORD_BUSY', statusCode: 503 })
  t.equal(arrived(), 4)
  open()
  await Promise.all(all)
  t.equal(arrived(), 100)
  t.equal(most, 4)
  await t.rejects(
    gate.pass(async () => {
      throw new Error('and a failure leaves its place')
    }),
  )
  t.equal(await gate.pass(async () => 'next'), 'next')
})

t.test('a login that finds no place is told to come again, and is not counted', async (t) => {
  const { passwords } = stage({ concurrency: 1, queue: 0, limits: { pair: 1 } })
  const hash = await passwords.hash(password)
  const busy = passwords.hash('another')
  const attempt = { account, hash, password, address: 'a' }
  t.strictSame(await passwords.verify(attempt), { ok: false, reason: 'busy', retryAfter: 1 })
  await busy
  t.match(await passwords.verify(attempt), { ok: true })
})

t.test('a fault of the hash itself is no verdict, and is not counted', async (t) => {
  const { passwords } = stage({ limits: { pair: 1 } })
  const hash = '$argon2id$v=19$m=19456,t=2,p=1$'
  const attempt = { account, password, address: 'a' }
  await t.rejects(passwords.verify({ ...attempt, hash }))
  t.match(await passwords.verify({ ...attempt, hash: null }), { reason: 'wrong' })
})

t.test(
  'a hundred logins at once hold no more than four hashes, and other routes answer',
  async (t) => {
    const { passwords } = stage({ limits: { pair: 1000, address: 1000, account: 1000 } })
    const hash = await passwords.hash(password)
    const app = fastify()
    t.teardown(() => app.close())
    let done = 0
    app.post('/login', async () => {
      const verdict = await passwords.verify({ account, hash, password, address: 'a' })
      done++
      return verdict
    })
    app.get('/other', async () => ({ done }))
    const before = process.memoryUsage.rss()
    let peak = before
    const logins = Array.from({ length: 100 }, () => app.inject({ method: 'POST', url: '/login' }))
    const answers: number[] = []
    for (let time = 0; time < 20; time++) {
      answers.push((await app.inject({ url: '/other' })).json().done)
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    for (const response of await Promise.all(logins)) t.equal(response.json().ok, true)
    t.ok((answers.at(-1) ?? 100) < 100, `answered after ${answers.at(-1)} of 100 logins`)
    const megabytes = (peak - before) / 2 ** 20
    // Four times 19 MiB, and what a hundred requests take.
    t.ok(megabytes < 4 * 19 + 100, `${megabytes.toFixed(0)} MiB`)
  },
)

for (const options of [
  { memoryCost: 19_455 },
  { timeCost: 1 },
  { parallelism: 0 },
  { concurrency: 0 },
  { queue: -1 },
  { maxLength: 63 },
  { limits: { pair: 0 } },
  { limits: { knownFor: 0.5 } },
]) {
  t.test(`${JSON.stringify(options)} is refused`, async (t) => {
    t.throws(() => stage(options), { code: 'LATCHKEY_SESSION_INVALID_OPTIONS' })
  })
}
