import { readFile, writeFile } from 'node:fs/promises'
import t from 'tap'
import { whoami } from './fixtures/app.js'
import { createRooms, type Headers } from './fixtures/rooms.js'

const STATES = ['absent', 'valid', 'expired', 'forged'] as const
const PAIRS = [
  ['session', 'jwt'],
  ['session', 'api-key'],
  ['jwt', 'api-key'],
] as const
const page = new URL('../../../docs/credential-matrix.md', import.meta.url)

type Name = 'session' | 'jwt' | 'api-key'
type State = (typeof STATES)[number]
type Wallet = Record<Name, Record<State, Headers>>

const { app, issue } = await createRooms()
for (const [one, other] of PAIRS) {
  app.get(`/${one}/${other}`, { config: { auth: [one, other] } }, whoami)
}
for (const name of ['session', 'jwt', 'api-key']) {
  app.get(`/${name}`, { config: { auth: name } }, whoami)
}
await app.ready()
t.teardown(() => app.close())
const wallet = await fillWallet()

/** What was forged is what another application with the same settings made. */
async function fillWallet(): Promise<Wallet> {
  const ours = await issue()
  const stranger = await createRooms()
  await stranger.app.ready()
  const theirs = await stranger.issue()
  await stranger.app.close()
  const names = Object.keys(ours) as Name[]
  const entries = names.map((name) => [
    name,
    { absent: {}, ...ours[name], forged: theirs[name].valid },
  ])
  return Object.fromEntries(entries) as Wallet
}

const WORDS: Readonly<Record<string, string>> = {
  LATCHKEY_IDENTITY_UNAUTHENTICATED: '401, nothing presented',
  LATCHKEY_IDENTITY_REFUSED: '401, refused',
  LATCHKEY_IDENTITY_AMBIGUOUS: '400, two credentials',
  LATCHKEY_IDENTITY_MALFORMED: '400, sent twice',
}

async function outcomeOf(url: string, headers: object): Promise<string> {
  const response = await app.inject({ url, headers: headers as Headers })
  const { by, code } = response.json() as { by?: string; code?: string }
  if (response.statusCode === 200) return `**${by}**`
  const words = WORDS[code ?? ''] ?? `${response.statusCode} ${code}`
  if (!words.startsWith(`${response.statusCode},`))
    throw new Error(`${response.statusCode} ${code}`)
  return words
}

/** The rule, in the words of the decisions: what is explicit is judged alone. */
function expectOutcome(states: Partial<Record<Name, State>>): string {
  const { session = 'absent', ...explicit } = states
  const presented = Object.entries(explicit).filter(([, state]) => state !== 'absent')
  if (presented.length > 1) return '400, two credentials'
  const [only] = presented
  if (only !== undefined) return only[1] === 'valid' ? `**${only[0]}**` : '401, refused'
  return session === 'valid' ? '**session**' : '401, nothing presented'
}

const tables: string[] = []

for (const [one, other] of PAIRS) {
  t.test(`${one} beside ${other}: one identity, or the documented error`, async (t) => {
    const rows = [[`${one} \\ ${other}`, ...STATES]]
    for (const mine of STATES) {
      const row = [mine as string]
      for (const yours of STATES) {
        const headers = { ...wallet[one][mine], ...wallet[other][yours] }
        const outcome = await outcomeOf(`/${one}/${other}`, headers)
        t.equal(outcome, expectOutcome({ [one]: mine, [other]: yours }), `${mine}, ${yours}`)
        row.push(outcome)
      }
      rows.push(row)
    }
    tables.push(`## \`auth: ['${one}', '${other}']\``, toMarkdown(rows))
  })
}

t.test('V15.3.7 one credential twice is an error, a good one too', async (t) => {
  const rows = [['mechanism', 'twice', 'twice, one of them bad']]
  for (const [name, field] of [
    ['session', 'cookie'],
    ['jwt', 'authorization'],
    ['api-key', 'x-api-key'],
  ] as const) {
    const { valid, forged } = wallet[name]
    const twice = await repeated(name, field, valid[field], valid[field])
    const mixed = await repeated(name, field, forged[field], valid[field])
    rows.push([name, twice, mixed])
    t.match([twice, mixed], [/^40[01],/, /^40[01],/])
  }
  tables.push('## One mechanism, presented twice', toMarkdown(rows))
})

async function repeated(name: Name, field: string, one = '', other = ''): Promise<string> {
  const value = field === 'cookie' ? `${one}; ${other}` : [one, other]
  return outcomeOf(`/${name}`, { [field]: value })
}

t.test('V6.3.4 a credential of a mechanism that the route does not name is nothing', async (t) => {
  for (const name of ['session', 'jwt', 'api-key'] as const) {
    for (const other of ['session', 'jwt', 'api-key'] as const) {
      if (name === other) continue
      const outcome = await outcomeOf(`/${name}`, wallet[other].valid)
      // API keys may stand in "Authorization: Bearer", too: on its route a JWT there is a bad key.
      const isTaken = name === 'api-key' && other === 'jwt'
      t.equal(outcome, isTaken ? '401, refused' : '401, nothing presented', `${other} for ${name}`)
    }
  }
})

t.test('a stale cookie is told to go, and whatever is refused says how to come back', async (t) => {
  const stale = await app.inject({ url: '/session/jwt', headers: wallet.session.expired })
  t.match(stale.cookies, [{ value: '', maxAge: 0 }])
  t.same(challengesOf(stale), ['Session', 'Bearer realm="api"'])
  const forged = await app.inject({ url: '/jwt/api-key', headers: wallet.jwt.forged })
  t.match(challengesOf(forged), [/^Bearer realm="api", error="invalid_token"/])
})

function challengesOf(response: { headers: Record<string, unknown> }): unknown[] {
  return [response.headers['www-authenticate'] ?? []].flat()
}

t.test('docs/credential-matrix.md shows what was found', async (t) => {
  const text = `${INTRODUCTION}\n\n${tables.join('\n\n')}\n`
  if (process.env.LATCHKEY_WRITE_DOCS === '1') await writeFile(page, text)
  t.equal(await readFile(page, 'utf8'), text, 'else run this test with LATCHKEY_WRITE_DOCS=1')
})

const INTRODUCTION = `# Credential matrix

What a request gets that presents credentials of two mechanisms, each in each state. Written by
\`packages/auth/test/credential-matrix.test.ts\` from what the real mechanisms answer; it fails when
this page is stale. In bold: the mechanism whose identity the request has.

_Expired_ was good once. _Forged_ is well-formed, but another application's. The API key is in
\`x-api-key\`, the JWT in \`Authorization\`.`

function toMarkdown([heads = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const rule = widths.map((width) => '-'.repeat(width))
  return [heads, rule, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}
