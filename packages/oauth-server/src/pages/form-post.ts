import { sha256 } from '@latchkey/tokens'
import { html } from './html.js'
import { document, type PageBase } from './layout.js'

/** What the page carries that brings an answer by POST. */
export interface FormPostView extends PageBase {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

const script = 'document.forms[0].submit()'

/** The only script that is let through, by its hash. */
export const formPostScriptHash: string = `sha256-${sha256(script).toString('base64')}`

/** Sends the answer by itself, and with a button where scripts are off (Form Post Mode §2). */
export function formPostPage(view: FormPostView): string {
  const { messages } = view
  const fields = Object.entries(view.fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  )
  const content = html`
<p>${messages.formPostLead}</p>
<form method="post" action="${view.action}">
${fields}<div class="acts"><button class="main">${messages.formPostContinue}</button></div>
</form>`
  return document(view, messages.formPostTitle, content, html`<script>${{ html: script }}</script>`)
}
