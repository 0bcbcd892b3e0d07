import { html } from './html.js'
import { document, type PageBase } from './layout.js'
import { fill } from './messages.js'

/** What the page shows that asks for a login. */
export interface LoginRequiredView extends PageBase {
  readonly clientName: string
  readonly loginUrl: string
}

/** Asks to log in: shown where a redirect to the login page has led back without one. */
export function loginRequiredPage(view: LoginRequiredView): string {
  const { messages } = view
  const content = html`
<p>${fill(messages.loginLead, { client: view.clientName })}</p>
<div class="acts"><a class="button main" href="${view.loginUrl}">${messages.login}</a></div>`
  return document(view, messages.loginTitle, content)
}
