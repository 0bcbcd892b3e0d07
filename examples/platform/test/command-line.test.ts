import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readCommandLine } from '../src/command-line.js'
import { findSecret } from '../src/secrets.js'

t.test('what is written is what is meant', async (t) => {
  t.equal(readCommandLine(['--help'], {}), 'help')
  const nothing = { port: 3000, processes: 1, data: null, redis: null, postgres: null }
  t.same(readCommandLine([], {}), nothing)
  t.same(readCommandLine([], { PORT: '8080' }), { ...nothing, port: 8080 })
  t.same(readCommandLine(['--processes', '3', '--data', 'here'], {}), {
    ...nothing,
    processes: 3,
    data: 'here',
  })
  const redis = 'redis://127.0.0.1:6379'
  t.same(readCommandLine(['--redis', redis], {}), { ...nothing, redis })
})

t.test('what cannot be meant is refused, with what to write', async (t) => {
  const table: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    ['an unknown option', ['--cluster'], /--cluster/],
    ['no processes', ['--processes', '0'], /from 1 to 16/],
    ['a port that is none', ['--port', 'http'], /"--port" takes a whole number/],
    ['two stores', ['--data', 'x', '--redis', 'redis://h'], /write one of/],
    ['a URL of something else', ['--redis', 'http://h'], /begins with redis:/],
    ['no URL', ['--postgres', 'orders'], /begins with postgres:/],
  ]
  for (const [what, args, message] of table) {
    t.throws(() => readCommandLine(args, {}), { message }, what)
  }
})

t.test('the secret stays where the data stays, and only its owner reads it', async (t) => {
  const folder = t.testdir({})
  const line = { port: 0, processes: 1, data: folder, redis: null, postgres: null }
  const secret = findSecret(line, {})
  t.equal(findSecret(line, {}), secret)
  t.equal(readFileSync(join(folder, 'secret'), 'utf8').trim(), secret)
  t.equal(statSync(join(folder, 'secret')).mode & 0o777, 0o600)
  t.equal(findSecret(line, { SECRET: 'mine' }), 'mine')
  const memory = { ...line, data: null }
  t.not(findSecret(memory, {}), findSecret(memory, {}))
})
