import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import {
  buildReference,
  createSlugs,
  findDeadLinks,
  findSources,
  guides,
  type Page,
  render,
  titleOf,
  writeSite,
} from '../src/index.js'

const root = resolve(import.meta.dirname, '../../..')

t.test('every guide is in the navigation, and everything in it has a title', async (t) => {
  const written = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  const named: string[] = guides.flatMap(([, files]) => files.map((file) => `${file}.md`))
  t.strictSame(
    written.filter((name) => !named.includes(name)),
    [],
  )
  for (const page of findSources(root).flatMap((section) => section.pages)) {
    t.not(titleOf(page), page.source, page.source)
  }
})

t.test('no link of a guide, a README, a decision or the reference is dead', async (t) => {
  const packages = readdirSync(join(root, 'packages'))
  const reference = await buildReference(root, packages)
  const pages = [...findSources(root).flatMap((section) => section.pages), ...reference]
  t.strictSame(findDeadLinks(root, pages), [])

  const session = reference.find((page) => page.target === 'reference/session.html')
  t.match(session?.markdown, 'Seconds without a request after which a session ends')
  t.match(session?.markdown, 'interface FastifyRequest', 'what it adds to Fastify')

  const folder = mkdtempSync(join(tmpdir(), 'latchkey-site-'))
  const sections = [...findSources(root), { title: 'Reference', isFolded: true, pages: reference }]
  t.equal(writeSite(root, folder, sections), pages.length)
  const home = readFileSync(join(folder, 'index.html'), 'utf8')
  t.match(home, '<nav class="side"')
  t.notMatch(home, '<script')
  t.match(readFileSync(join(folder, 'packages/session.html'), 'utf8'), 'href="../style.css"')
  t.match(readFileSync(join(folder, 'project.html'), 'utf8'), 'src="files/docs/request.svg"')
})

t.test('packages that are not there, or export nothing, have no reference', async (t) => {
  t.strictSame(await buildReference(root, ['no-such-package']), [])
})

t.test('a link to a page, a heading or a file that is not there is found', async (t) => {
  const page = (source: string, markdown: string): Page => ({ source, target: source, markdown })
  const pages = [
    page('docs/a.md', '# A\n[b](b.md#two) [b](b.md#three) [c](c.md) [x](https://a.example/#no)'),
    page('docs/b.md', '# B\n## Two\n[here](#two) [there](#nowhere) [f](../package.json) [g](g.ts)'),
  ]
  t.strictSame(findDeadLinks(root, pages), [
    'docs/a.md: b.md#three',
    'docs/a.md: c.md',
    'docs/b.md: #nowhere',
    'docs/b.md: g.ts',
  ])
})

t.test('headings get the ids that code hosts give them', async (t) => {
  const slug = createSlugs()
  t.equal(slug('`app.sessions`: what is "it"?'), 'appsessions-what-is-it')
  t.equal(slug('Errors'), 'errors')
  t.equal(slug('Errors'), 'errors-1')
  t.equal(slug('A & B'), 'a--b')
})

t.test('Markdown becomes HTML in which nothing is taken for markup that was text', async (t) => {
  const { html, headings, anchors } = render(
    '# A `<b>` & "c"\n\n|a|b|\n|-|-|\n|`<x>`|[l](y.md)|\n\n```ts\nconst a = "<i>"\n```\n\n' +
      '```text\n<script>\n```\n\n![a "b"](p.png)\n\n<a id="named"></a> [gone](z.ts)\n',
    (href) => (href === 'z.ts' ? null : href === 'p.png' ? null : `to/${href}`),
  )
  t.strictSame(headings, [{ depth: 1, text: 'A <b> & "c"', id: 'a-b--c' }])
  t.ok(anchors.has('named'))
  t.match(html, '<td><code>&lt;x&gt;</code></td><td><a href="to/y.md">l</a></td>')
  t.match(html, '&quot;&lt;i&gt;&quot;')
  t.match(html, '&lt;script&gt;')
  t.match(html, '<img src="p.png" alt="a &quot;b&quot;">')
  t.match(html, ' gone')
})

t.test(
  'a page without a heading goes by its source, and a lone page has no neighbours',
  async (t) => {
    const page: Page = {
      source: 'x.md',
      target: 'x.html',
      markdown: 'text [x](#y) [source](package.json)\n## Y',
    }
    t.equal(titleOf(page), 'x.md')
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-site-'))
    t.equal(writeSite(root, folder, [{ title: 'S', pages: [page] }]), 1)
    const html = readFileSync(join(folder, 'x.html'), 'utf8')
    t.match(html, '<a href="#y">x</a>')
    t.notMatch(html, 'rel="next"')
    t.match(html, ' source</p>', 'a source has no page, so no link')
  },
)
