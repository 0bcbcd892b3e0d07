import { html } from '../pages/html.js'
import { button, programPage, wire } from './frame.js'
import type { ParcelsState } from './parcels.js'

/** What a visitor of Parcel Pigeon sees. */
export function parcelsPage(state: ParcelsState): string {
  const { accessToken, orders, message, exchanges } = state
  const says = message === '' ? null : html`<p class="note" role="status">${message}</p>`
  const items =
    orders.length === 0
      ? html`<p class="soft">You have not ordered anything yet.</p>`
      : html`<ul>${orders.map(({ id, item }) => html`<li>${item} <span class="soft">order ${id}</span></li>`)}</ul>`
  const main =
    accessToken === null
      ? html`<div class="card"><h2>Where are my parcels?</h2>
<p>Tell us what you have ordered, and we will tell you where it is. We ask Latchkey Orders for it: you log in there, not here, and we never see your password.</p>
${button('/parcels/connect', 'Connect Latchkey Orders')}</div>`
      : html`<div class="card"><h2>Your parcels</h2>${items}
<div class="acts">${button('/parcels/read', 'Look again')}${button('/parcels/overstep', 'Overstep: order something', 'quiet')}${button('/parcels/disconnect', 'Disconnect', 'danger')}</div>
<p class="soft">Or cut us off yourself, in <a href="/apps">Connected apps</a>, and look again.</p></div>`
  const body = html`<h1>We find your parcels</h1>
<p class="lead">A program of another company. What it sees of your orders is what you let it see.</p>
${says}<div class="split">${main}${wire(exchanges)}</div>`
  return programPage('parcels', 'Parcel Pigeon', 'another company', body)
}
