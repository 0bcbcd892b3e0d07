import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import http from 'highlight.js/lib/languages/http'
import json from 'highlight.js/lib/languages/json'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import { Marked, type Token, type Tokens } from 'marked'
import { createSlugs } from './slug.js'

const languages = { sh: bash, http, json, sql, ts: typescript }
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)

/** A heading of a rendered page. */
export interface Heading {
  readonly depth: number
  readonly text: string
  readonly id: string
}

/** A page in HTML, and what links need to know of it. */
export interface Rendered {
  readonly html: string
  readonly headings: readonly Heading[]
  /** Everything that a link can end with after `#`. */
  readonly anchors: ReadonlySet<string>
  /** Every address that the page links to or shows, as it was written. */
  readonly links: readonly string[]
}

/**
 * Renders Markdown, with an id on every heading and colours in code.
 *
 * @param rewrite Turns an address as it was written into that of the site; `null` leaves its text
 *   alone, without a link.
 */
export function render(markdown: string, rewrite: (href: string) => string | null): Rendered {
  const slug = createSlugs()
  const headings: Heading[] = []
  const links: string[] = []
  const marked = new Marked({
    walkTokens: (token: Token) => {
      if (token.type === 'link' || token.type === 'image') links.push(token.href)
    },
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const inner = this.parser.parseInline(tokens)
        const text = plainText(inner)
        const id = slug(text)
        headings.push({ depth, text, id })
        return `<h${depth} id="${id}"><a class="self" href="#${id}">${inner}</a></h${depth}>\n`
      },
      link({ href, tokens }: Tokens.Link) {
        const inner = this.parser.parseInline(tokens)
        const target = rewrite(href)
        return target === null ? inner : `<a href="${escapeHtml(target)}">${inner}</a>`
      },
      image({ href, text }: Tokens.Image) {
        return `<img src="${escapeHtml(rewrite(href) ?? href)}" alt="${escapeHtml(text)}">`
      },
      table(token: Tokens.Table) {
        const row = (cells: readonly Tokens.TableCell[], tag: string) =>
          `<tr>${cells
            .map((cell) => this.parser.parseInline(cell.tokens))
            .map((inner) => (inner === '' ? '<td></td>' : `<${tag}>${inner}</${tag}>`))
            .join('')}</tr>`
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n')
        return `<div class="table" tabindex="0"><table><thead>${row(token.header, 'th')}</thead>\n<tbody>${body}</tbody></table></div>\n`
      },
      code({ text, lang }: Tokens.Code) {
        const language = lang !== undefined && lang in languages ? lang : null
        const inner =
          language === null ? escapeHtml(text) : hljs.highlight(text, { language }).value
        return `<pre tabindex="0"><code>${inner}</code></pre>\n`
      },
    },
  })
  const html = marked.parse(markdown, { async: false })
  const named = [...html.matchAll(/<a id="([^"]+)"><\/a>/g)].map((match) => match[1] as string)
  return { html, headings, links, anchors: new Set([...headings.map(({ id }) => id), ...named]) }
}

/** Text for HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
