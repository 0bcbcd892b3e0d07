import { html } from './html.js'
import { document, type PageBase } from './layout.js'
import { fill } from './messages.js'

/** An application that the user has allowed something. */
export interface ConnectedApp {
  readonly clientId: string
  readonly name: string
  readonly permissions: readonly string[]
  readonly resources: readonly string[]
  /** When it was allowed, as an ISO date. */
  readonly since: string
}

/** What the page of connected apps shows. */
export interface ConnectedAppsView extends PageBase {
  readonly account: string
  readonly apps: readonly ConnectedApp[]
  readonly action: string
  /** Binds the forms to this user and session. */
  readonly token: string
}

/** Shows what the user has allowed, and takes it back. */
export function connectedAppsPage(view: ConnectedAppsView): string {
  const { messages, apps, action, token } = view
  const sections = apps.map(
    (app) => html`
<section>
<h2>${app.name}</h2>
<p class="soft">${fill(messages.appsSince, { date: app.since })}</p>
<ul>${app.permissions.map((permission) => html`<li>${permission}</li>`)}</ul>
${
  app.resources.length === 0
    ? []
    : html`<p class="soft">${fill(messages.consentResource, { resources: app.resources.join(', ') })}</p>`
}
<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<button name="client_id" value="${app.clientId}" aria-label="${fill(messages.appsRevokeNamed, { client: app.name })}">${messages.appsRevoke}</button>
</form>
</section>`,
  )
  const content = html`
<p class="soft">${fill(messages.consentAccount, { account: view.account })}</p>
${sections.length === 0 ? html`<p>${messages.appsNone}</p>` : sections}`
  return document(view, messages.appsTitle, content)
}
