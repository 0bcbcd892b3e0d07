import { type Html, html } from './html.js'

/** What every page shows around its own content. */
export interface Frame {
  /** Who is logged in. */
  readonly name: string | null
  readonly isAdmin: boolean
  /** The path of the page, to mark it in the menu. */
  readonly path: string
  /** What came of the request before. */
  readonly note: string | null
}

/** A form that is shown again, with what was wrong. */
export interface Fault {
  readonly message: string
  /** What was typed, by field; never a password. */
  readonly typed?: Readonly<Record<string, string>>
}

/** The mark of the platform. */
const mark: Html = html`<svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="7.5" cy="15.5" r="4.5"/><path d="M10.7 12.3 20 3m-3.5 3.5 3 3M14 9l2 2"/></svg>`

const account = [
  ['/orders', 'Orders'],
  ['/devices', 'Devices'],
  ['/keys', 'API keys'],
  ['/apps', 'Connected apps'],
] as const
const applications = [
  ['/parcels', 'Parcel Pigeon'],
  ['/phone', 'The phone app'],
  ['/robot', 'The night robot'],
] as const
const looking = [['/try', 'Try it']] as const
const operating = [['/admin', 'Administration']] as const

function group(
  frame: Frame,
  title: string,
  links: readonly (readonly [path: string, text: string])[],
): Html {
  const items = links.map(([path, text]) => {
    const current = frame.path === path ? html` aria-current="page"` : null
    return html`<li><a href="${path}"${current}>${text}</a></li>`
  })
  return html`<p>${title}</p><ul>${items}</ul>`
}

function menu(frame: Frame): Html {
  const isKnown = frame.name !== null
  return html`<nav class="side" aria-label="Pages">
${isKnown ? group(frame, 'Your account', account) : null}
${group(frame, 'See it work', looking)}
${group(frame, 'Programs of others', applications)}
${frame.isAdmin ? group(frame, 'Operating', operating) : null}
</nav>`
}

function corner({ name }: Frame): Html {
  return name === null
    ? html`<a href="/login">Log in</a><a href="/register">Sign up</a>`
    : html`<span>${name}</span><form method="post" action="/logout"><button class="quiet small">Log out</button></form>`
}

/** What ends every page. */
export function footer(): Html {
  return html`<footer class="foot"><span>Answered by process <strong id="process">${process.pid}</strong></span>
<a href="/_latchkey">Every route and what it asks for</a></footer>`
}

/** Puts a body into a document. */
export function document(title: string, body: Html, skin = ''): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body${skin === '' ? null : html` class="${skin}"`}>
${body}
</body>
</html>
`.html
}

/** A page of the platform. @param width `narrow` for a page with one form. */
export function page(title: string, frame: Frame, body: Html, width = ''): string {
  const note = frame.note === null ? null : html`<p class="note" role="status">${frame.note}</p>`
  const main = html`<main id="main"${width === '' ? null : html` class="${width}"`}>
${note}${body}
</main>`
  return document(
    `${title} – Latchkey Orders`,
    html`<a class="skip" href="#main">To the content</a>
<header class="top"><a class="brand" href="/">${mark}Latchkey Orders</a><div class="who">${corner(frame)}</div></header>
<div class="frame">${menu(frame)}${main}</div>
${footer()}`,
  )
}

/** What was wrong, read out by screen readers. */
export function alert(fault: Fault | null): Html | null {
  return fault === null ? null : html`<p class="error" role="alert" id="fault">${fault.message}</p>`
}

/** An instant, for people and for machines. */
export function moment(seconds: number): Html {
  const iso = new Date(seconds * 1000).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}
