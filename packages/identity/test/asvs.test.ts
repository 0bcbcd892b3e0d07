import { readdir, readFile } from 'node:fs/promises'
import fastify from 'fastify'
import t from 'tap'
import { mechanismContract } from '../src/contract.js'
import { identity } from '../src/index.js'
import { ADA, badge, badgeHarness } from './fixtures/badge.js'
import { appOf, byCookie, byHeader, listen, someone, stub } from './fixtures/stub.js'

const source = new URL('../src/', import.meta.url)

async function sources(): Promise<string> {
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts'))
  return (await Promise.all(files.map((file) => readFile(new URL(file, source), 'utf8')))).join(
    '\n',
  )
}

t.test(
  'V6.3.4 a good credential of a mechanism that the route does not name is none',
  async (t) => {
    const app = await appOf([byHeader('key'), byCookie('sid')], 'sid')
    const response = await app.inject({ url: '/', headers: { 'x-key': 'good' } })
    t.equal(response.statusCode, 401)
    t.equal(response.json().code, 'LATCHKEY_IDENTITY_UNAUTHENTICATED')
    t.same(response.headers['www-authenticate'], ['sid'])
  },
)

t.test('V6.3.4 two good credentials of two callers are 400', async (t) => {
  const app = await appOf([byHeader('a'), byHeader('b')], ['a', 'b'])
  const response = await app.inject({ url: '/', headers: { 'x-a': 'good', 'x-b': 'good' } })
  t.equal(response.statusCode, 400)
})

t.test('V11.1.2 V13.1.1 every mechanism says which algorithms and URLs it uses', async () => {
  const report = mechanismContract.find(({ name }) => name.startsWith('describe()'))
  await report?.run(badgeHarness)
})

t.test('V11.2.1 V11.4.1 no cryptography of its own, and no broken digest', async (t) => {
  const text = await sources()
  const imported = [...text.matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name)
  t.same(
    [...new Set(imported)].sort(),
    [
      '@fastify/error',
      'fastify',
      'fastify-plugin',
      'node:assert/strict',
      'node:crypto',
      'node:diagnostics_channel',
      'node:stream',
    ].sort(),
  )
  t.notMatch(text, /\b(md5|sha-?1|createHash|createCipher|Math\.random)\b/i)
})

t.test('V13.2.3 there is no credential that works by default', async (t) => {
  const app = fastify()
  await app.register(identity)
  t.same(app.mechanisms.list(), [])
})

t.test('V14.2.2 no answer of this package may be cached', async (t) => {
  const unavailable = { reason: 'store' }
  const rows: [ReturnType<typeof stub>, Record<string, string>, number][] = [
    [byHeader('key'), {}, 401],
    [byHeader('key'), { 'x-key': 'bad' }, 401],
    [byCookie('sid'), { cookie: 'sid=good', 'sec-fetch-site': 'cross-site' }, 403],
    [byCookie('sid', { loginLocation: () => '/login' }), { accept: 'text/html' }, 401],
    [stub('down', () => ({ unavailable })), {}, 503],
    [stub('broken', () => ({})), {}, 500],
  ]
  for (const [mechanism, headers, status] of rows) {
    const app = await appOf([mechanism], mechanism.name)
    const response = await app.inject({ method: 'POST', url: '/', headers })
    t.equal(response.statusCode, status)
    t.equal(response.headers['cache-control'], 'no-store')
  }
})

t.test('V16.2.5 no credential is in the log at level trace, nor in an event', async (t) => {
  const lines: string[] = []
  const heard = listen()
  const app = await appOf(
    [badge('badge', new Map([[ADA, 'ada']])), byHeader('key')],
    ['badge', 'key'],
    {
      logger: { level: 'trace', stream: { write: (line: string) => void lines.push(line) } },
    },
  )
  const headers: Record<string, string>[] = [
    { authorization: `Badge ${ADA}` },
    { authorization: 'Badge secret-bad' },
    { authorization: `Badge ${ADA}`, 'x-key': 'secret-key' },
    { 'x-key': 'secret-key' },
  ]
  for (const each of headers) await app.inject({ url: '/', headers: each })
  const text = lines.join('') + JSON.stringify(heard())
  t.match(text, 'incoming request')
  t.match(text, 'LATCHKEY_IDENTITY_AMBIGUOUS')
  for (const secret of [ADA, 'secret-bad', 'secret-key']) t.notMatch(text, secret)
})

t.test('V16.3.4 an outage is told, and answered with 503', async (t) => {
  const app = await appOf(
    [stub('down', async () => ({ unavailable: { reason: 'store' } }))],
    'down',
  )
  const heard = listen()
  t.equal((await app.inject('/')).statusCode, 503)
  t.match(heard(), [{ outcome: 'unavailable', reason: 'store' }])
})

t.test('V16.4.1 a line break in a name stays within its line of the log', async (t) => {
  const lines: string[] = []
  const app = await appOf(
    [stub('a', () => ({ refusal: { reason: 'no\r\n{"level":60}\u001b[31m' } }))],
    'a',
    { logger: { level: 'trace', stream: { write: (line: string) => void lines.push(line) } } },
  )
  await app.inject('/')
  for (const line of lines) {
    t.doesNotThrow(() => JSON.parse(line))
    for (const mark of ['\r', '\n', '\u001b']) t.notOk(line.trimEnd().includes(mark))
  }
  t.ok(lines.some((line) => line.includes('attempts')))
})

t.test('V16.5.1 no answer says more than the catalogue does', async (t) => {
  const cause = new Error('SELECT * FROM keys failed on db-7')
  const rows: (() => unknown)[] = [
    () => {
      throw cause
    },
    () => ({ unavailable: { reason: 'db-7', cause } }),
    () => ({ refusal: { reason: 'db-7', cause } }),
    () => ({ refusal: { reason: 'db-7', status: 400 } }),
    () => ({ refusal: { reason: 'db-7', status: 429 } }),
  ]
  for (const answer of rows) {
    const app = await appOf([stub('a', answer)], 'a')
    const response = await app.inject('/')
    t.notMatch(response.body, /db-7|SELECT|stack/)
    t.same(Object.keys(response.json()).sort(), ['code', 'error', 'message', 'statusCode'])
  }
})

t.test('V16.5.3 whatever goes wrong, the handler does not run', async (t) => {
  let ran = 0
  const answers: (() => unknown)[] = [
    () => Promise.reject(new Error('x')),
    () => undefined,
    () => ({ identity: {} }),
    () => ({ identity: someone('b') }),
  ]
  for (const answer of answers) {
    const app = fastify()
    await app.register(identity)
    app.mechanisms.register(stub('a', answer))
    app.get('/', { onRequest: app.authenticate({ any: ['a'], optional: true }) }, async () => {
      ran += 1
    })
    t.equal((await app.inject('/')).statusCode, 500)
  }
  t.equal(ran, 0)
})
