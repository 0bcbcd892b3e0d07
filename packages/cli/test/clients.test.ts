import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { call } from './fixtures/call.js'

t.test('a client is added, listed and removed', async (t) => {
  const added = await call([
    ...['clients', 'add', '--label', 'The shop', '--redirect-uri', 'https://a.example/cb,1'],
    ...['--grant-type', 'authorization_code,refresh_token', '--scope', 'orders:read'],
  ])
  t.equal(added.code, 0)
  const [id = '', secret = '', empty, ...facts] = added.out.trimEnd().split('\n')
  t.match(id, /^dc[0-9A-Za-z]{22}$/)
  t.match(secret, /^[0-9A-Za-z]{43}$/)
  t.equal(empty, '')
  t.same(facts, [
    'name              The shop',
    'authenticates by  client_secret_basic',
    'grant types       authorization_code refresh_token',
    'redirect URIs     https://a.example/cb,1',
  ])
  t.match(added.err, /shown once/)
  const listed = await call(['clients', 'list'])
  t.match(listed.out, /^ID +NAME +ORIGIN/)
  t.match(listed.out, /\ntill +- +static/)
  t.match(listed.out, new RegExp(`\n${id}  The shop  dynamic`))
  t.notMatch(listed.out, secret)
  const blind = await call(['clients', 'remove', id])
  t.equal(blind.code, 2)
  t.match(blind.err, /write --yes/)
  const removed = await call(['clients', 'remove', id, '--json'], { typed: 'y\n' })
  t.same(JSON.parse(removed.out), { removed: { id } })
  const { clients } = JSON.parse((await call(['clients', 'list', '--json'])).out)
  t.notOk(clients.some((client: { id: string }) => client.id === id))
})

t.test('a public client has no secret, and metadata may come from a file', async (t) => {
  const folder = t.testdir({})
  const metadata = { client_name: 'From a file', redirect_uris: ['https://b.example/cb'] }
  await writeFile(join(folder, 'client.json'), JSON.stringify(metadata))
  const { out, err } = await call([
    ...['clients', 'add', '--metadata', join(folder, 'client.json')],
    ...['--auth-method', 'none', '--json'],
  ])
  const { secret, client } = JSON.parse(out)
  t.equal(secret, null)
  t.match(client, { name: 'From a file', authMethod: 'none' })
  t.equal(err, '')
  const text = await call([
    'clients',
    'add',
    '--metadata',
    join(folder, 'client.json'),
    '--auth-method',
    'none',
  ])
  t.match(text.out, /^dc\w{22}\n\nname/)
})

t.test('what is wrong with clients is said', async (t) => {
  const folder = t.testdir({
    'list.json': '[]',
    'secret.json': '{"client_secret":"mine"}',
  })
  const rows: [string, string[], number, RegExp][] = [
    ['no file', ['add', '--metadata', 'nothing.json'], 2, /Cannot read "nothing.json"/],
    ['no object', ['add', '--metadata', join(folder, 'list.json')], 2, /no JSON object/],
    ['a secret', ['add', '--metadata', join(folder, 'secret.json')], 2, /server draws the secret/],
    ['no redirect URI', ['add', '--label', 'x'], 1, /redirect_uris is missing/],
    ['no id', ['remove'], 2, /<id> is missing/],
    ['an unknown id', ['remove', 'dcNothing', '--yes'], 1, /There is no client "dcNothing"/],
    ['one of the options', ['remove', 'till', '--yes'], 1, /stands in the options/],
  ]
  for (const [what, argv, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['clients', ...argv])
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})
