import { html } from './html.js'
import { type Frame, page } from './layout.js'

const words: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: ['That cannot be read', 'The form was not complete. Go back, fill it in and try again.'],
  401: [
    'You are logged out',
    'Your session has ended: it was ended elsewhere, or it was not used for too long.',
  ],
  403: [
    'You may not do that',
    'You are logged in, but this is not yours to do. Administrators see that you tried, and why it was denied.',
  ],
  404: ['There is no such page', 'It may have moved, or the address has a typing error.'],
  409: [
    'That has changed meanwhile',
    'Somebody else was faster. Go back, reload the page and try again.',
  ],
  413: ['That is too much', 'What was sent is too long.'],
  415: ['That cannot be read', 'The form was sent in a way that is not understood here.'],
  429: ['Too many attempts', 'Please wait a little, then try again.'],
  503: [
    'Back in a moment',
    'The platform cannot reach its data. You have not been logged out; please try again shortly.',
  ],
}
const broken = ['Something broke', 'It is not your fault. Please try again.'] as const

/** What went wrong, for people. */
export function errorPage(frame: Frame, status: number): string {
  const [title, text] = words[status] ?? (status < 500 ? (words[400] as [string, string]) : broken)
  const again = status === 401 ? html`<a class="button" href="/login">Log in</a>` : null
  const body = html`<h1>${title}</h1><div class="card"><p>${text}</p>
<p class="acts">${again}<a class="button quiet" href="/">To the first page</a></p></div>
<p class="soft">Status ${status}</p>`
  return page(title, frame, body, 'narrow')
}
