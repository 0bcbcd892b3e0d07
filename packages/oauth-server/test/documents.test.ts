import { readdir, readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import t from 'tap'
import * as errors from '../src/errors.js'
import { oauthChannels } from '../src/index.js'
import { presets } from '../src/rules.js'

const root = new URL('../', import.meta.url)
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8')

/** The first cells of the rows of every table below a heading. */
function firstCells(markdown: string, heading: string): string[] {
  const text = markdown.split(`\n${heading}\n`)[1]?.split(/\n##+ /)[0] ?? ''
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] as string)
}

await t.test('the programs of the README run', async (t) =>
  testFences(
    t as unknown as Parameters<typeof testFences>[0],
    new URL('../README.md', import.meta.url),
  ),
)

t.test('the README has every option, rule, event and error, and no other', async (t) => {
  const readme = await read('README.md')
  const source =
    (await read('src/options.ts')).split('export interface OAuthServerOptions')[1] ?? ''
  const options = [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1])
  t.same(firstCells(readme, '## Options').sort(), options.sort())
  t.same(firstCells(readme, '### Rules').sort(), Object.keys(presets.oauth21).sort())
  const channels = Object.values(oauthChannels).map(({ name }) => name)
  t.same(firstCells(readme, '## Events').sort(), channels.sort())
  const codes = Object.values(errors).map((error) => new error('x').code)
  t.same(firstCells(readme, '## Errors').sort(), codes.sort())
})

t.test('SPECS.md names files and tests that there are, and every protocol file', async (t) => {
  const specs = await read('SPECS.md')
  const rows = [
    ...specs.matchAll(/^\| (?!section|---)([^|]+) \| (src\/[^|]+) \| ([^|:]+): ([^|]+) \|$/gm),
  ]
  t.ok(rows.length > 40)
  const named = new Set<string>()
  for (const [, section, file = '', test = '', title = ''] of rows) {
    named.add(file)
    await t.resolves(read(file), `${section}: ${file}`)
    t.ok((await read(test)).includes(title), `${section}: ${title}`)
  }
  t.equal(specs.split('\n').filter((line) => line.startsWith('| ')).length, rows.length + 2)
  const protocol = ['authorization', 'client-auth', 'grants', 'endpoints']
  const plumbing = [
    'src/authorization/authorization-request.ts',
    'src/authorization/client.ts',
    'src/authorization/index.ts',
    'src/authorization/lengths.ts',
    'src/authorization/response-mode.ts',
    'src/client-auth/secret.ts',
    'src/endpoints/browser-cookie.ts',
    'src/endpoints/connected-apps.ts',
    'src/endpoints/development-login.ts',
    'src/endpoints/endpoint.ts',
    'src/endpoints/page-context.ts',
    'src/endpoints/protocol-context.ts',
    'src/endpoints/unknown-path.ts',
    'src/grants/derive.ts',
    'src/grants/grant-type.ts',
    'src/grants/index.ts',
    'src/grants/respond.ts',
  ]
  for (const folder of protocol) {
    for (const name of await readdir(new URL(`src/${folder}/`, root))) {
      const file = `src/${folder}/${name}`
      t.ok(named.has(file) || plumbing.includes(file), file)
    }
  }
})

/** The first and last line of each section of the negative cases. */
const sections = {
  A: [1, 25],
  B: [26, 39],
  C: [40, 50],
  D: [51, 58],
  E: [59, 67],
  F: [68, 87],
  G: [88, 94],
  H: [95, 106],
  I: [107, 113],
  J: [114, 122],
  K: [123, 133],
  L: [134, 140],
  M: [141, 150],
} as const

/** Lines of the negative cases that nothing here could break, and why. */
const notApplicable: Readonly<Record<string, string>> = {
  B29: 'the login page is the application’s; the package session refuses forms of other sites',
  B34: 'sessions, and their ids, are those of the package session',
  F86: 'clients cannot authenticate by mutual TLS',
  H103: 'there is no FAPI profile; clients of one can do without rotation',
  I113: 'introspection does not answer with a JWT',
  K129: 'request objects are refused (C49)',
  K130: 'request objects are refused (C49)',
  K131: 'request objects are refused, and request_uri names pushed requests only (C49)',
  K132: 'answers are not wrapped in a JWT',
  K133: 'authorization_details means nothing here, and is ignored (A10)',
  L134: 'there is no device grant',
  L135: 'there is no device grant',
  L136: 'there is no device grant',
  L137: 'there is no device grant',
  L138: 'tokens cannot be exchanged',
  L139: 'assertions are no grants',
  L140: 'there is no back-channel authentication',
  M142: 'software statements mean nothing here, and are ignored',
}

/** The rows of OWASP ASVS 5 that this package must keep, or keeps unless told otherwise. */
const verified =
  `V1.2.2 V2.3.1 V2.3.4 V3.3.1 V3.4.6 V3.5.3 V3.7.2 V6.3.2 V6.5.3 V7.4.2 V9.2.4 V10.4.1 V10.4.2
V10.4.3 V10.4.4 V10.4.5 V10.4.6 V10.4.8 V10.4.9 V10.4.10 V10.4.11 V10.4.12 V10.6.1 V10.6.2 V10.7.1
V10.7.3 V11.2.4 V11.6.1 V14.3.2 V15.3.1 V15.3.3 V15.4.2`.split(/\s/)

/** The titles of a file's tests; where they are made of tables, the lines that the rows name. */
function titlesOf(source: string): string[] {
  const written = [...source.matchAll(/\.test\(\s*(['"`])([\s\S]*?)\1,/g)].map(
    ([, , title]) => title,
  )
  const isTabled = written.some((title) => title?.startsWith(`\${line}`))
  const rows = isTabled
    ? [...source.matchAll(/\[\s*'((?:[A-M]\d+|V[\d.]+)(?:, (?:[A-M]\d+|V[\d.]+))*)',\s/g)]
    : []
  return [...written, ...rows.map(([, line]) => line)].map(String)
}

t.test('every line of the negative cases is the title of a test, or cannot be', async (t) => {
  const names = (await readdir(new URL('test/', root), { recursive: true })).filter((name) =>
    name.endsWith('.test.ts'),
  )
  const sources = await Promise.all(names.map((name) => read(`test/${name}`)))
  const titles = new Set(sources.flatMap(titlesOf).flatMap((title) => title.match(/[\w.]+/g)))
  const lines = Object.entries(sections).flatMap(([section, [from, to]]) =>
    Array.from({ length: to - from + 1 }, (_, at) => `${section}${from + at}`),
  )
  t.equal(lines.length, 150)
  for (const line of lines) {
    t.equal(titles.has(line), notApplicable[line] === undefined, `${line}: a title, or a reason`)
  }
  for (const line of Object.keys(notApplicable)) t.ok(lines.includes(line), line)
  for (const row of verified) t.ok(titles.has(row), row)
})

t.test('V6.5.3: what must not be guessed comes from the generator of the system', async (t) => {
  const { drawClientId, drawClientSecret } = await import('../src/records/dynamic-client.js')
  const drawn = new Set<string>()
  for (let turn = 0; turn < 50_000; turn++) drawn.add(drawClientId()).add(drawClientSecret())
  t.equal(drawn.size, 100_000)
  for (const name of await readdir(new URL('src/', root), { recursive: true })) {
    if (name.endsWith('.ts')) t.notMatch(await read(`src/${name}`), /Math\.random|uuid/i, name)
  }
})
