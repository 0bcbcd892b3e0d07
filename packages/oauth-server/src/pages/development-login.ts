import { html } from './html.js'
import { document, type PageBase } from './layout.js'

/** Asks for a name, and nothing else: for development only, so it is neither translated nor replaced. */
export function developmentLoginPage(base: PageBase, action: string): string {
  const content = html`
<p class="warn">This login believes everybody. It exists during development only.</p>
<form method="post" action="${action}">
<label for="subject">User name</label>
<input id="subject" name="subject" required autocomplete="username" autofocus>
<div class="acts"><button class="main">Sign in</button></div>
</form>`
  return document(base, 'Development login', content)
}
