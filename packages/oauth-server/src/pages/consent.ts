import { html } from './html.js'
import { document, type PageBase } from './layout.js'
import { fill } from './messages.js'

/** What the consent page shows. */
export interface ConsentView extends PageBase {
  readonly clientName: string
  /** Whether the operator vouches for the client. */
  readonly isVerified: boolean
  /** The host whose document the client is, or `null`. */
  readonly clientHost: string | null
  /** Where the answer goes: a host, or the scheme of an app. */
  readonly redirectHost: string
  /** Whether it goes to a program on the user's device. */
  readonly isLocal: boolean
  /** What the client may do, in words. */
  readonly permissions: readonly string[]
  readonly resources: readonly string[]
  /** Whether it may do so while the user is away. */
  readonly isLasting: boolean
  readonly account: string
  readonly switchUrl: string
  readonly action: string
  /** Binds the form to this user, session and request. */
  readonly token: string
}

/** Asks whether a client may do what it wants. */
export function consentPage(view: ConsentView): string {
  const { messages } = view
  const words = { client: view.clientName }
  const items = view.permissions.map((permission) => html`<li>${permission}</li>`)
  const verified = view.isVerified ? messages.consentVerified : messages.consentUnverified
  const nothing = html`<li>${messages.consentNothing}</li>`
  const content = html`
<p class="${view.isVerified ? 'soft' : 'warn'}">${view.clientHost ?? verified}</p>
<p>${fill(messages.consentLead, words)}</p>
<ul>${items.length === 0 ? nothing : items}</ul>
${
  view.resources.length === 0
    ? []
    : html`<p class="soft">${fill(messages.consentResource, { resources: view.resources.join(', ') })}</p>`
}
${view.isLasting ? html`<p class="soft">${messages.consentLifetime}</p>` : []}
<p class="soft">${fill(messages.consentRedirect, { host: view.redirectHost })}</p>
${view.isLocal ? html`<p class="warn" role="note">${messages.consentLocal}</p>` : []}
<p>${fill(messages.consentAccount, { account: view.account })}
<a href="${view.switchUrl}">${messages.consentSwitch}</a></p>
<form method="post" action="${view.action}">
<input type="hidden" name="token" value="${view.token}">
<div class="acts">
<button name="decision" value="deny">${messages.cancel}</button>
<button class="main" name="decision" value="approve">${messages.approve}</button>
</div>
</form>`
  return document(view, fill(messages.consentTitle, words), content)
}
