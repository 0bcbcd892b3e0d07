import { html } from './html.js'
import { document, type PageBase } from './layout.js'
import { fill } from './messages.js'

/** What the error page shows. */
export interface ErrorView extends PageBase {
  /** The code, and what it means. */
  readonly error: string
  readonly description: string
  /** Where the user may go, by their own choice. */
  readonly returnTo: { readonly url: string; readonly host: string } | null
}

/** Tells the user that a request cannot be answered. */
export function errorPage(view: ErrorView): string {
  const { messages, returnTo } = view
  const link =
    returnTo === null
      ? []
      : html`<div class="acts"><a class="button" href="${returnTo.url}">${fill(
          messages.errorReturn,
          { host: returnTo.host },
        )}</a></div>`
  const content = html`
<p>${messages.errorLead}</p>
<p class="soft">${fill(messages.errorCode, { error: `${view.error} (${view.description})` })}</p>
${link}`
  return document(view, messages.errorTitle, content)
}
