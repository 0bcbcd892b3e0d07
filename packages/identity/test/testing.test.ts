import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { asIdentity } from '../src/testing.js'
import { appOf, byCookie, byHeader, stub } from './fixtures/stub.js'

const before = process.env.NODE_ENV
t.teardown(() => {
  if (before === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = before
})

async function under<T>(environment: string | undefined, act: () => T | Promise<T>): Promise<T> {
  if (environment === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = environment
  return await act()
}

t.test('a request arrives as whom the test says, and no mechanism is asked', async (t) => {
  await under('test', async () => {
    const key = byHeader('key')
    const app = await appOf([key, byCookie('sid')], ['key', 'sid'])
    const options = asIdentity({ subject: 'u1', scopes: ['a'] }, { method: 'POST', url: '/' })
    for (let round = 0; round < 2; round++) {
      const response = await app.inject(options)
      t.equal(response.statusCode, 200)
      t.equal(response.json().who, 'test')
    }
    const own = asIdentity({ subject: 'u1', mechanism: 'key' }, { url: '/', headers: { a: 'b' } })
    t.equal(own.headers?.a, 'b')
    t.equal((await app.inject(own)).json().who, 'key')
    t.equal(key.calls, 0)
  })
})

t.test('a ticket that nobody handed out is nothing', async (t) => {
  await under('test', async () => {
    const app = await appOf([byHeader('key')], 'key')
    for (const ticket of ['', 'x', '__proto__', 'constructor']) {
      const headers = { 'x-latchkey-test-identity': ticket }
      t.equal((await app.inject({ url: '/', headers })).statusCode, 401, ticket)
    }
  })
})

for (const environment of [undefined, '', 'production', 'development', 'Test', 'testing']) {
  t.test(`with NODE_ENV=${environment} there is no way to be somebody else`, async (t) => {
    const ticket = await under('test', () => asIdentity({ subject: 'root' }, { url: '/' }))
    await under(environment, async () => {
      t.throws(() => asIdentity({ subject: 'root' }, { url: '/' }), {
        code: 'LATCHKEY_IDENTITY_TESTING_REFUSED',
      })
      const app = await appOf([byHeader('key'), stub('own', () => null)], ['key', 'own'])
      t.equal((await app.inject(ticket)).statusCode, 401)
      await under('test', async () => {
        t.equal((await app.inject(ticket)).statusCode, 401, 'a hook does not change its mind')
      })
    })
  })
}

t.test('the kit can be imported in production, and does nothing there', async (t) => {
  const program = `
    const { default: fastify } = await import('fastify')
    const { identity } = await import('@latchkey/identity')
    const { asIdentity } = await import('@latchkey/identity/testing')
    const app = fastify()
    await app.register(identity)
    process.env.NODE_ENV = 'test'
    const planted = asIdentity({ subject: 'root' }, { url: '/' })
    process.env.NODE_ENV = 'production'
    app.mechanisms.register({
      name: 'none', sources: [], ambient: false, securityScheme: { type: 'http', scheme: 'none' },
      authenticate: () => null, challenge: () => null, describe: () => ({}),
    })
    app.get('/', { onRequest: app.authenticate('none') }, async () => 'reached')
    console.log((await app.inject(planted)).statusCode)
    try { asIdentity({ subject: 'root' }, { url: '/' }) } catch (error) { console.log(error.code) }
    await app.close()
  `
  const env = { ...process.env, NODE_ENV: 'production' }
  delete (env as Record<string, unknown>).NODE_V8_COVERAGE
  delete (env as Record<string, unknown>).NODE_OPTIONS
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { env, cwd: new URL('..', import.meta.url) },
  )
  t.equal(stdout, '401\nLATCHKEY_IDENTITY_TESTING_REFUSED\n')
})
