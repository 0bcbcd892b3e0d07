import t from 'tap'
import { diff } from '../src/commands/diff.js'
import { commands } from '../src/commands/index.js'
import { CommandError, messageOf } from '../src/errors.js'
import { run } from '../src/index.js'
import { writeAll } from '../src/output.js'
import { call } from './fixtures/call.js'

const jwt = `eyJhbGciOiJIUzI1NiJ9.e30.${'x'.repeat(43)}`
const apiKey = `shop_live_${'a'.repeat(16)}_${'b'.repeat(43)}_${'c'.repeat(6)}`

t.test('there is help on every level, and the version', async (t) => {
  for (const argv of [[], ['--help']]) {
    const { code, out } = await call(argv)
    t.equal(code, 0)
    for (const { name, says } of commands) t.match(out, new RegExp(`\n  ${name} +${says}\n`))
    t.match(out, /Exit codes:\n {2}0 {3}done/)
  }
  const group = await call(['keys', '--help'])
  t.match(group.out, /^Usage:\n {2}latchkey keys <command> \[options\]/)
  t.match(group.out, /keys rotate/)
  t.notMatch(group.out, /clients/)
  t.equal(JSON.parse((await call(['keys', '--help', '--json'])).out).length, 4)
  for (const { name, options, args = [] } of commands) {
    const { code, out } = await call([...name.split(' '), '--help'])
    t.equal(code, 0)
    t.match(out, `Usage:\n  latchkey ${name} `)
    for (const option of Object.keys(options)) t.match(out, `\n  --${option} `)
    for (const arg of args) t.match(out, `\n  <${arg.name}>`)
    t.match(out, 'Examples:\n  ')
  }
  const json = JSON.parse((await call(['doctor', '--help', '--json'])).out)
  t.match(json, { name: 'doctor', options: { strict: {}, json: {} } })
  t.match((await call(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
  t.match(JSON.parse((await call(['--version', '--json'])).out), { version: /^\d/ })
})

t.test('what is not understood is refused, with the way to the help', async (t) => {
  const rows: [string, string[], RegExp][] = [
    ['an unknown command', ['dance'], /There is no command "dance"\nTry: latchkey --help/],
    ['an unknown part', ['keys', 'dance'], /no command "keys dance"\nTry: latchkey keys --help/],
    ['half a command', ['keys'], /Say what to do with keys\nTry: latchkey keys --help/],
    ['help on nothing', ['dance', '--help'], /There is no command "dance"/],
    ['no command', ['--loud'], /A command is missing/],
    ['an unknown option', ['keys', 'list', '--loud'], /'--loud'\nTry: latchkey keys list --help/],
    ['a missing value', ['keys', 'list', '--owner'], /--owner <value>.* argument missing/],
    ['a value too many', ['keys', 'list', '--active=yes'], /does not take an argument/],
    ['an argument too many', ['keys', 'list', 'x'], /more arguments/],
  ]
  for (const [what, argv, message] of rows) {
    await t.test(what, async (t) => {
      const { code, out, err } = await call(argv)
      t.equal(code, 2)
      t.equal(out, '')
      t.match(err, message)
    })
  }
  const { err } = await call(['dance', '--json'])
  t.same(JSON.parse(err), {
    error: {
      code: 'LATCHKEY_CLI_USAGE',
      message: 'There is no command "dance"',
      exitCode: 2,
    },
  })
})

t.test('secrets in arguments are refused, and not repeated', async (t) => {
  const rows: [string, string[], RegExp, string][] = [
    ['a token', ['tokens', 'decode', jwt], /a token/, jwt],
    ['a token in an option', ['tokens', 'verify', `--alg=${jwt}`], /a token/, jwt],
    ['an API key', ['keys', 'revoke', apiKey], /an API key/, apiKey],
    [
      'a URL',
      ['jwks', 'rotate', '--store', 'redis://:hunter2@host'],
      /a URL with a pass/,
      'hunter2',
    ],
    ['a user', ['doctor', 'https://u:hunter2@host'], /a URL with a password/, 'hunter2'],
    [
      'a private key',
      ['explain', 'x', '--object', '{"d":"AAAAAAAAAAAAAAAA"}'],
      /private key/,
      'AAAA',
    ],
    ['an option', ['tokens', 'decode', '--token', 'abc'], /"--token"/, 'abc'],
    ['the same', ['clients', 'add', '--client-secret=abc'], /"--client-secret"/, 'abc'],
  ]
  for (const [what, argv, message, secret] of rows) {
    await t.test(what, async (t) => {
      const { code, out, err } = await call([...argv, '--json'])
      t.equal(code, 2)
      t.equal(out, '')
      t.match(JSON.parse(err).error, { code: 'LATCHKEY_CLI_SECRET_IN_ARGUMENTS', message })
      t.notMatch(err, secret)
    })
  }
})

t.test('a fault of the command itself has its own exit code, and no stack', async (t) => {
  let err = ''
  const io = {
    env: {},
    cwd: '.',
    input: process.stdin,
    write() {
      throw new Error('the disk is full\n    at write (file.js:1:1)')
    },
    note: (text: string) => {
      err += text
    },
    now: () => 0,
  }
  t.equal(await run(['--version'], io), 70)
  t.equal(err, 'latchkey: Something is wrong: the disk is full\n')
  t.equal(messageOf('text'), 'text')
  t.equal(new CommandError('LATCHKEY_CLI_APP', 'x').exitCode, 3)
})

t.test('everything is written, however slowly it is read', (t) => {
  let [out, waits, calls] = ['', 0, 0]
  const slowly = (bytes: Uint8Array): number => {
    calls += 1
    if (calls === 2) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
    out += Buffer.from(bytes.subarray(0, 2)).toString()
    return Math.min(2, bytes.byteLength)
  }
  const wait = (): void => {
    waits += 1
  }
  t.equal(writeAll('abcde', slowly, wait), true)
  t.equal(out, 'abcde')
  t.equal(waits, 1)
  const fail = (code: string) => () => {
    throw Object.assign(new Error(code), { code })
  }
  t.equal(writeAll('x', fail('EPIPE'), wait), false, 'nobody reads any more')
  t.throws(() => writeAll('x', fail('EIO'), wait), { code: 'EIO' })
  t.end()
})

t.test('a diff shows what was taken out and put in', (t) => {
  t.same(diff([], []), [])
  t.same(diff(['a', 'b'], ['a', 'b']), [])
  t.same(diff(['a', 'b', 'c'], ['a', 'x', 'c', 'd']), ['- b', '+ x', '+ d'])
  t.same(diff(['a'], []), ['- a'])
  t.same(diff([], ['a']), ['+ a'])
  t.same(diff(['b', 'a'], ['a', 'c']), ['- b', '+ c'])
  t.end()
})
