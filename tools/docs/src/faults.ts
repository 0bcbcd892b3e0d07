import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { resolveLink } from './links.js'
import type { Page } from './page.js'
import { render } from './render.js'

/**
 * Looks for links of pages that lead nowhere: to no page, no file of the repository, or to a
 * heading that is not there. Addresses outside the repository are not called.
 *
 * @returns One line for each, such as `docs/jwt.md: sessions.md#loging-in`.
 */
export function findDeadLinks(root: string, pages: readonly Page[]): string[] {
  const bySource = new Map(pages.map((page) => [page.source, page]))
  const rendered = new Map(pages.map((page) => [page, render(page.markdown, (href) => href)]))
  const isDead = (page: Page, href: string): boolean => {
    const target = resolveLink(page, href, bySource)
    if (target.kind === 'outside') return false
    if (target.kind === 'file') return !existsSync(join(root, target.path))
    return target.anchor !== '' && rendered.get(target.page)?.anchors.has(target.anchor) === false
  }
  return [...rendered].flatMap(([page, { links }]) =>
    links.filter((href) => isDead(page, href)).map((href) => `${page.source}: ${href}`),
  )
}
