import { createHash } from 'node:crypto'
import type { FastifySchema, RouteOptions } from 'fastify'
import { type Cells, mechanismCells, routeCells } from './print.js'
import type { AuthReport } from './report.js'
import type { RouteAuth } from './route-auth.js'

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c1e21, #e6e7e9); --quiet: light-dark(#5a6068, #a0a6ae);
  --line: light-dark(#d9dce0, #3a3f46); --paper: light-dark(#ffffff, #16181b); --band: light-dark(#f5f6f7, #1e2125);
  --open: light-dark(#8a4b00, #ffb55c) }
body { margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem); background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.4rem; margin: 0 0 .25rem }
p { margin: 0 0 1.5rem; color: var(--quiet) }
.wide { overflow-x: auto; margin: 0 0 2.5rem }
table { border-collapse: collapse; min-width: 100% }
caption { text-align: left; font-weight: 600; padding: 0 0 .5rem }
th, td { text-align: left; vertical-align: top; padding: .4rem 1.5rem .4rem .6rem; border-bottom: 1px solid var(--line) }
thead th { color: var(--quiet); font-size: .78rem; font-weight: 600; letter-spacing: .04em; white-space: nowrap }
tbody tr:nth-child(odd) { background: var(--band) }
tbody th { font-weight: 400; white-space: nowrap }
td.url { min-width: 12rem; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .92em }
.public, .optional { color: var(--open); font-weight: 600 }
`
const HASH = createHash('sha256').update(STYLE).digest('base64')
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * Makes the route of the page that shows a report.
 *
 * @param auth Who may read it.
 */
export function pageRoute(auth: RouteAuth, read: () => AuthReport): RouteOptions {
  const schema: FastifySchema & { hide: boolean } = { hide: true }
  return {
    method: 'GET',
    url: '/_latchkey',
    schema,
    config: { auth },
    handler: (_request, reply) => reply.headers(HEADERS).send(renderPage(read())),
  }
}

function renderPage(report: AuthReport): string {
  const count = report.routes.length
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Routes and who may call them</title><style>${STYLE}</style></head>
<body><main>
<h1>Routes and who may call them</h1>
<p>${count} ${count === 1 ? 'route' : 'routes'}. The same as text: <code>app.printAuth()</code>.</p>
${renderTable('Routes', routeCells(report))}
${renderTable('Mechanisms', mechanismCells(report))}
</main></body></html>
`
}

function renderTable(caption: string, [heads = [], ...rows]: Cells): string {
  if (rows.length === 0) return ''
  return `<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>
<tbody>${rows.map(renderRow).join('\n')}</tbody></table></div>`
}

function renderRow([first = '', ...rest]: readonly string[]): string {
  return `<tr><th scope="row">${escapeHtml(first)}</th>${rest.map(renderCell).join('')}</tr>`
}

const MARKS = new Set(['url', 'public', 'optional'])

function renderCell(cell: string): string {
  const mark = cell.startsWith('/') ? 'url' : cell
  return `<td${MARKS.has(mark) ? ` class="${mark}"` : ''}>${escapeHtml(cell || '–')}</td>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}
