import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { call } from './fixtures/call.js'

t.test('every route is printed with its mechanisms and requirements', async (t) => {
  const { code, out, err } = await call(['report', 'shop.js'])
  t.equal(code, 0)
  t.equal(err, '')
  t.match(out, /^METHODS +URL +ACCESS +MECHANISMS +REQUIREMENTS +REVOKED WITHIN +DECIDED BY\n/)
  t.match(out, /\nGET, HEAD +\/api\/orders +required +api-key \| jwt +scopes orders:read +10 s/)
  const json = JSON.parse((await call(['report', '--json'])).out)
  t.match(
    json.routes.find(({ url }: { url: string }) => url === '/api/orders'),
    { access: 'required', ways: [['api-key'], ['jwt']], scopes: ['orders:read'] },
  )
  t.same(
    json.mechanisms.map(({ name }: { name: string }) => name),
    ['api-key', 'jwt'],
  )
})

t.test('a snapshot is written, matched, and missed', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'routes.txt')
  const argv = ['report', 'shop.js', '--check', file]
  const absent = await call(argv)
  t.equal(absent.code, 2)
  t.match(absent.err, 'write it with --update first')
  const written = await call([...argv, '--update', '--json'])
  t.same(JSON.parse(written.out), { snapshot: file, written: true })
  const text = await readFile(file, 'utf8')
  t.equal(text, (await call(['report', 'shop.js'])).out)
  t.equal((await call(argv)).out, `"${file}" is up to date.\n`)
  await writeFile(file, text.replace('/health', '/hearth'))
  const differs = await call(argv)
  t.equal(differs.code, 1)
  const [head, ...changes] = differs.out.trimEnd().split('\n')
  t.equal(head, `"${file}" differs:`)
  t.match(changes, [/^- GET, HEAD +\/hearth /, /^\+ GET, HEAD +\/health /])
  const json = await call([...argv, '--json'])
  t.same(JSON.parse(json.out), { snapshot: file, matches: false, changes })
  const nowhere = await call(['report', '--check', join(folder, 'no/such'), '--update'])
  t.equal(nowhere.code, 1)
  t.match(nowhere.err, 'Cannot write the file')
  const lonely = await call(['report', '--update'])
  t.equal(lonely.code, 2)
  t.match(lonely.err, '--update needs --check')
})

t.test('an application that decides by its own hooks is reported too', async (t) => {
  const { code, out, err } = await call(['report', 'bare.js'])
  t.equal(code, 0)
  t.match(err, '@latchkey/auth is not registered')
  t.equal(
    out,
    [
      'METHODS               URL      ACCESS',
      'GET, HEAD, POST       /closed  hooks of its own',
      'GET, HEAD, POST, PUT  /open    undecided',
      '',
    ].join('\n'),
  )
})
