import { relativeLink } from './links.js'
import { type Page, type Section, titleOf } from './page.js'
import { escapeHtml, type Rendered } from './render.js'

/** Puts a rendered page into the frame of the site: navigation, headings, neighbours. No script. */
export function layout(page: Page, rendered: Rendered, sections: readonly Section[]): string {
  const order = sections.flatMap((section) => section.pages)
  const index = order.indexOf(page)
  const isHome = page.target === 'index.html'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(titleOf(page))}${isHome ? '' : ' · Latchkey'}</title>
<link rel="stylesheet" href="${relativeLink(page, 'style.css')}">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header><a class="brand" href="${relativeLink(page, 'index.html')}">Latchkey</a>
<details class="menu"><summary>Contents</summary>${navigation(page, sections)}</details></header>
<div class="columns">
<nav class="side" aria-label="Contents">${navigation(page, sections)}</nav>
<main id="content">
${rendered.html}
<footer>${neighbour(page, order[index - 1], 'prev')}${neighbour(page, order[index + 1], 'next')}</footer>
</main>
${onThisPage(rendered)}
</div>
</body>
</html>
`
}

function navigation(page: Page, sections: readonly Section[]): string {
  return sections
    .filter((section) => section.pages.length > 0)
    .map((section) => {
      const items = section.pages.map((each) => {
        const current = each === page ? ' aria-current="page"' : ''
        const label = escapeHtml(titleOf(each))
        return `<li><a href="${relativeLink(page, each.target)}"${current}>${label}</a></li>`
      })
      const isOpen = section.isFolded !== true || section.pages.includes(page)
      return `<details${isOpen ? ' open' : ''}><summary>${section.title}</summary><ul>${items.join('')}</ul></details>`
    })
    .join('\n')
}

function onThisPage({ headings }: Rendered): string {
  const shown = headings.filter(({ depth }) => depth === 2)
  if (shown.length < 2) return ''
  const items = shown.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`)
  return `<nav class="toc" aria-label="On this page"><p>On this page</p><ul>${items.join('')}</ul></nav>`
}

function neighbour(page: Page, other: Page | undefined, rel: 'prev' | 'next'): string {
  if (other === undefined) return '<span></span>'
  const word = rel === 'prev' ? 'Before' : 'Next'
  return `<a rel="${rel}" href="${relativeLink(page, other.target)}">${word}: ${escapeHtml(titleOf(other))}</a>`
}
