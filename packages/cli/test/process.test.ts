import { requireService, startRedis } from '@latchkey/services'
import t from 'tap'
import { callProcess } from './fixtures/call.js'

const noRedis = requireService('redis-server')
const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.x`
const down = { LATCHKEY_REDIS_URL: 'redis://127.0.0.1:1' }

type Row = readonly [argv: string, code: number, input?: string]

/** Of every command: what works, what is not understood, what is refused. */
const rows: readonly Row[] = [
  ['keys list', 0],
  ['keys list --loud', 2],
  ['keys create --owner user:u1 --label x', 0],
  ['keys create --label x', 2],
  ['keys create --owner user:u1 --label x --environment moon', 1],
  ['keys rotate nothing', 2],
  ['keys rotate nothing --yes', 1],
  ['keys revoke nothing', 2],
  ['keys revoke nothing --yes', 1],
  ['keys revoke --owner user:u2 --yes', 0],
  ['key-pattern acme', 0],
  ['key-pattern A', 2],
  ['jwks generate', 0],
  ['jwks generate --alg none', 2],
  ['jwks rotate', 2],
  ['jwks rotate --yes', 0],
  ['clients add --label x --redirect-uri https://a.example/cb', 0],
  ['clients add --loud', 2],
  ['clients add --label x', 1],
  ['clients list', 0],
  ['clients list x', 2],
  ['clients remove nothing', 2],
  ['clients remove nothing --yes', 1],
  ['tokens decode', 0, token],
  ['tokens decode', 1, 'x'],
  ['tokens decode', 2],
  ['tokens verify', 1, token],
  ['tokens verify --issuer x', 2, token],
  ['tokens revoke --jti a', 2],
  ['tokens revoke --jti a --yes', 0],
  ['report', 0],
  ['report --update', 2],
  ['report nothing.js', 3],
  ['explain order.read --subject u1', 1],
  ['explain order.read', 2],
  ['doctor', 0],
  ['doctor faulty.js --export undecided', 1],
  ['doctor http://127.0.0.1:1', 3],
]

const unavailable = ['keys list', 'keys create --owner user:u1 --label x', 'keys rotate a --yes']
unavailable.push(
  'keys revoke a --yes',
  'jwks rotate --yes',
  'clients add --label x',
  'clients list',
)
unavailable.push(
  'clients remove a --yes',
  'tokens revoke --jti a --yes',
  'jwks rotate --store redis --unsealed --yes',
)

/** Does something with each, four at a time. */
async function inTurns<Each, Result>(
  all: readonly Each[],
  work: (each: Each) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < all.length; at += 4) {
    results.push(...(await Promise.all(all.slice(at, at + 4).map(work))))
  }
  return results
}

t.test('every command, as a process, with a noisy application', { skip: noRedis }, async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const env = { LATCHKEY_REDIS_URL: server.url, SHOP_NOISE: '1' }
  const results = await inTurns(rows, async (row) => {
    const [line, , input = ''] = row
    return { row, ...(await callProcess([...line.split(' '), '--json'], { env, input })) }
  })
  for (const { row, code, out, err } of results) {
    const [line, wanted, input = ''] = row
    t.equal(code, wanted, line)
    if (out !== '') t.type(JSON.parse(out), 'object')
    t.notMatch(out + err, /\n {4}at /)
    if (input.length > 1) t.notMatch(out + err, input)
  }
  const made = await callProcess('keys create --owner user:u1 --label x --json'.split(' '), { env })
  const { key, info } = JSON.parse(made.out)
  t.notMatch(made.err, key)
  const listed = await callProcess(['keys', 'list'], { env })
  t.match(listed.out, info.id, 'another process has it')
  t.notMatch(listed.out + listed.err, key)
})

t.test('a store that is down is said to be, by every command that needs it', async (t) => {
  const results = await inTurns(unavailable, async (line) => {
    return { line, ...(await callProcess(line.split(' '), { env: down })) }
  })
  for (const { line, code, out, err } of results) {
    t.equal(code, 3, line)
    t.equal(out, '')
    t.match(err, /^latchkey: Cannot use /)
  }
})
