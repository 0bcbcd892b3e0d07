import { html } from './html.js'
import { document, type PageBase } from './layout.js'
import { fill } from './messages.js'

/** What the page shows that asks whether to log out. */
export interface LogoutView extends PageBase {
  /** Who asks for it, or `null` when nobody said. */
  readonly clientName: string | null
  readonly action: string
  /** Binds the form to this user and session. */
  readonly token: string
}

/** Asks whether to log out: nobody can be logged out by a link alone. */
export function logoutPage(view: LogoutView): string {
  const { messages, clientName } = view
  const lead =
    clientName === null ? messages.logoutLead : fill(messages.logoutAsked, { client: clientName })
  const content = html`
<p>${lead}</p>
<form method="post" action="${view.action}">
<input type="hidden" name="token" value="${view.token}">
<div class="acts"><button class="main">${messages.logout}</button></div>
</form>`
  return document(view, messages.logoutTitle, content)
}

/** Says that the user is logged out. */
export function loggedOutPage(view: PageBase): string {
  const content = html`<p>${view.messages.loggedOutLead}</p>`
  return document(view, view.messages.loggedOutTitle, content)
}
