import { type Html, html } from '../pages/html.js'
import { document, footer } from '../pages/layout.js'
import type { Exchange } from './call.js'

/** A page of a program that is not the platform: it looks like it, too. */
export function programPage(
  skin: 'parcels' | 'phone' | 'robot' | 'northwind',
  name: string,
  whose: string,
  body: Html,
  width = 'other',
): string {
  return document(
    name,
    html`<header class="band"><div><div><strong>${name}</strong> <span class="soft">${whose}</span></div><a href="/">Back to Latchkey Orders</a></div></header>
<main id="main" class="${width}">${body}</main>${footer()}`,
    skin,
  )
}

function step({ what, line, status, took, process, error }: Exchange): Html {
  const why = error === '' ? null : html` <strong>${error}</strong>`
  return html`<li>${what}
<p class="soft"><code>${line}</code> <span class="status ${status < 400 ? 'good' : 'bad'}">${status}</span>${why}, ${took.toFixed(1)} ms, process ${process}</p></li>`
}

/** The requests that a program sent, in order. */
export function wire(exchanges: readonly Exchange[]): Html {
  const steps =
    exchanges.length === 0
      ? html`<p class="soft">Nothing has been sent yet.</p>`
      : html`<ol class="flow">${exchanges.map(step)}</ol>`
  return html`<section class="card" aria-labelledby="wire"><h2 id="wire">On the wire</h2>${steps}</section>`
}

/** A form with one button. */
export function button(action: string, text: string, look = ''): Html {
  return html`<form method="post" action="${action}"><button class="${look}">${text}</button></form>`
}
