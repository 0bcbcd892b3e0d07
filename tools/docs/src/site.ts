import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { layout } from './layout.js'
import { relativeLink, resolveLink } from './links.js'
import type { Page, Section } from './page.js'
import { render } from './render.js'

const IMAGE = /\.(svg|png|jpe?g|webp)$/

/**
 * Writes the site: a page for each Markdown file, the pictures that they show, and one style sheet.
 *
 * @param root The folder of the repository.
 * @param folder Where the site goes; what is there is deleted.
 * @returns The number of pages.
 */
export function writeSite(root: string, folder: string, sections: readonly Section[]): number {
  const pages = sections.flatMap((section) => section.pages)
  const bySource = new Map(pages.map((page) => [page.source, page]))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(new URL('../assets/style.css', import.meta.url), join(folder, 'style.css'))

  const rewrite = (page: Page, href: string): string | null => {
    const target = resolveLink(page, href, bySource)
    if (target.kind === 'outside') return href
    if (target.kind === 'file') {
      // Sources have no page here: the text of the link names them.
      if (!IMAGE.test(target.path)) return null
      cpSync(join(root, target.path), join(folder, 'files', target.path))
      return relativeLink(page, join('files', target.path))
    }
    const anchor = target.anchor === '' ? '' : `#${target.anchor}`
    return target.page === page && anchor !== ''
      ? anchor
      : relativeLink(page, target.page.target) + anchor
  }
  for (const page of pages) {
    const rendered = render(page.markdown, (href) => rewrite(page, href))
    const file = join(folder, page.target)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, layout(page, rendered, sections))
  }
  return pages.length
}
