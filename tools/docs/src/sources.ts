import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { guides } from './guides.js'
import type { Page, Section } from './page.js'

/**
 * Finds everything that is written by hand: guides, READMEs of packages and examples, decisions.
 *
 * @param root The folder of the repository.
 */
export function findSources(root: string): Section[] {
  const read = (source: string, target: string): Page => ({
    source,
    target,
    markdown: readFileSync(join(root, source), 'utf8'),
  })
  const readmes = (parent: string): Page[] =>
    namesIn(join(root, parent))
      .filter((name) => existsSync(join(root, parent, name, 'README.md')))
      .map((name) => read(`${parent}/${name}/README.md`, `${parent}/${name}.html`))
  return [
    ...guides.map(([title, files]) => ({
      title,
      pages: files
        .filter((file) => existsSync(join(root, 'docs', `${file}.md`)))
        .map((file) => read(`docs/${file}.md`, file === 'README' ? 'index.html' : `${file}.html`)),
    })),
    { title: 'Packages', isFolded: true, pages: readmes('packages') },
    { title: 'Examples', isFolded: true, pages: readmes('examples') },
    {
      title: 'Project',
      isFolded: true,
      pages: [
        read('README.md', 'project.html'),
        read('bench/README.md', 'bench.html'),
        read('packages/oauth-server/SPECS.md', 'specifications.html'),
        ...namesIn(join(root, 'docs/decisions'))
          .filter((name) => name.endsWith('.md'))
          .map((name) => read(`docs/decisions/${name}`, `decisions/${htmlName(name)}`)),
      ],
    },
  ]
}

function htmlName(name: string): string {
  return name === 'README.md' ? 'index.html' : name.replace(/md$/, 'html')
}

function namesIn(folder: string): string[] {
  return readdirSync(folder).sort()
}
