import type { ConsentSummary } from '@latchkey/oauth-server'
import { scopes } from '../policy.js'
import { type Html, html } from './html.js'
import { type Frame, moment, page } from './layout.js'

function row({ client, scopes: given, givenAt }: ConsentSummary): Html {
  const name = client.name ?? client.id
  const words = given.map(
    (scope) => html`<li>${scopes[scope as keyof typeof scopes] ?? scope}</li>`,
  )
  return html`<li><div><h2>${name}</h2><p class="soft">Allowed ${moment(givenAt)}</p><ul>${words}</ul></div>
<form method="post" action="/apps/disconnect"><input type="hidden" name="client" value="${client.id}">
<button class="danger small" aria-label="Disconnect ${name}">Disconnect</button></form></li>`
}

/** What somebody has allowed to programs of others. */
export function appsPage(frame: Frame, consents: readonly ConsentSummary[]): string {
  const list =
    consents.length === 0
      ? html`<p class="soft">No program has access to your account. <a href="/parcels">Parcel Pigeon</a> would like to.</p>`
      : html`<ul class="rows">${consents.map(row)}</ul>`
  const body = html`<h1>Connected apps</h1>
<p class="lead">Programs of others that may act for you. They never learn your password, and can do no more than you allowed.</p>
<div class="card">${list}</div>`
  return page('Connected apps', frame, body)
}
