/** A Markdown file that becomes a page of the site. */
export interface Page {
  /** Where it lies in the repository, such as `docs/sessions.md`; links in it are relative to that. */
  readonly source: string
  /** Where it goes in the site, such as `sessions.html`. */
  readonly target: string
  readonly markdown: string
}

/** Pages that stand together in the navigation. */
export interface Section {
  readonly title: string
  /** Whether it is closed in the navigation, but on its own pages. */
  readonly isFolded?: boolean
  readonly pages: readonly Page[]
}

/** The title of a page: its first heading, without marks. */
export function titleOf(page: Page): string {
  const heading = /^# (.+)$/m.exec(page.markdown)?.[1] ?? page.source
  return heading.replace(/[`*]/g, '')
}
