import t from 'tap'
import { scopesOf } from '../src/app/find-scope.js'
import { loadApp } from '../src/app/load-app.js'
import { fromRoom } from '../src/app/room-error.js'
import { watchedOf } from '../src/app/watched-app.js'
import { call } from './fixtures/call.js'

t.test('applications are loaded in whatever way they are exported', async (t) => {
  const rows: [string, string[], string][] = [
    ['an instance of compiled CommonJS', ['instance.cjs'], '/compiled'],
    ['a function of CommonJS', ['exported.cjs'], '/function'],
    ['a plugin', ['plugin.js'], '/plugin'],
    ['a wrapped plugin', ['wrapped.js'], '/wrapped'],
    ['one that listens', ['listening.js'], '/listening'],
    ['a function by a usual name', ['bare.js'], '/open'],
    ['a function by its own name', ['shop.js', '--export', 'build'], '/health'],
  ]
  for (const [what, argv, url] of rows) {
    await t.test(what, async (t) => {
      const { code, out } = await call(['report', ...argv])
      t.equal(code, 0)
      t.match(out, ` ${url} `)
    })
  }
})

t.test('what is no application is refused with words and without a stack', async (t) => {
  const rows: [string, string[], RegExp][] = [
    ['no file', ['nothing.js'], /there is no such file/],
    ['no JavaScript', ['shop.d.ts'], /it cannot be imported/],
    ['no export', ['call.ts'], /exports none of|cannot be imported/],
    ['an object', ['wrong.js'], /its export "app" is no Fastify application, and builds none/],
    ['null', ['wrong.js', '--export', 'nothing'], /its export "nothing" is no Fastify/],
    ['a function that makes none', ['wrong.js', '--export', 'text'], /is no Fastify/],
    ['an export that is not there', ['wrong.js', '--export', 'x'], /exports none of x/],
    ['a function that throws', ['wrong.js', '--export', 'throwing'], /does not start: the config/],
    ['one that throws nothing', ['wrong.js', '--export', 'silent'], /does not start: TypeError/],
  ]
  for (const [what, argv, message] of rows) {
    await t.test(what, async (t) => {
      const { code, out, err } = await call(['report', ...argv])
      t.equal(code, 3)
      t.equal(out, '')
      t.match(err, message)
      t.notMatch(err, /\n {4}at /)
    })
  }
})

t.test('an application that cannot be closed does not matter', async (t) => {
  const { code } = await call(['report', 'wrong.js', '--export', 'stubborn'])
  t.equal(code, 0)
})

t.test('of an application that nobody watched nothing is known', async (t) => {
  const io = { cwd: new URL('fixtures', import.meta.url).pathname } as never
  const app = await loadApp(io, 'bare.js')
  t.same(watchedOf(app), { routes: [], explains: [] })
  t.same(scopesOf({} as never), [{}])
})

t.test('errors of rooms are told apart', (t) => {
  const outage = Object.assign(new Error('down'), { code: 'X', statusCode: 503 })
  t.match(fromRoom(outage), { code: 'LATCHKEY_CLI_STORE', exitCode: 3 })
  t.equal(fromRoom(null), null)
  const bug = new Error('bug')
  t.equal(fromRoom(bug), bug)
  t.end()
})
