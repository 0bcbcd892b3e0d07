import { posix } from 'node:path'
import type { Page } from './page.js'

/** What a link of a page points to. */
export type Target =
  | { readonly kind: 'page'; readonly page: Page; readonly anchor: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'outside' }

/**
 * Tells what a link points to. A folder stands for its README, as on every code host.
 *
 * @param bySource The pages by where they lie in the repository.
 */
export function resolveLink(page: Page, href: string, bySource: ReadonlyMap<string, Page>): Target {
  if (/^[a-z]+:/i.test(href)) return { kind: 'outside' }
  const [path = '', anchor = ''] = href.split('#')
  const source = path === '' ? page.source : posix.join(posix.dirname(page.source), path)
  const folder = source.replace(/\/$/, '')
  const found = bySource.get(source) ?? bySource.get(`${folder}/README.md`)
  return found === undefined
    ? { kind: 'file', path: folder }
    : { kind: 'page', page: found, anchor }
}

/** The link from one page of the site to another place in it. */
export function relativeLink(from: Page, target: string): string {
  return posix.relative(posix.dirname(from.target), target)
}
