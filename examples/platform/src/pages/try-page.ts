import type { Testimony } from '../site/witness.js'
import { type Html, html } from './html.js'
import { type Frame, page } from './layout.js'

/** What can be tried: each asks for something else. */
export const requests = [
  { name: 'me', method: 'GET', url: '/api/me', asks: 'any identity' },
  { name: 'orders', method: 'GET', url: '/api/orders', asks: 'the scope orders:read' },
  {
    name: 'order',
    method: 'POST',
    url: '/api/orders',
    payload: { item: 'Something to try' },
    asks: 'the scope orders:write, and places an order',
  },
  { name: 'admin', method: 'GET', url: '/api/admin', asks: 'the role admin' },
  {
    name: 'payout',
    method: 'POST',
    url: '/api/payout',
    asks: 'a person whose login is at most five minutes old',
  },
] as const

/** One of {@link requests}. */
export type Choice = (typeof requests)[number]

/** What came of a request with one credential. */
export interface TriedRow extends Testimony {
  readonly what: string
  /** Milliseconds of the same request when it is repeated: the median; `null` if it is not. */
  readonly again: number | null
}

const looks = { allowed: 'good', refused: 'bad', denied: 'warns', failed: 'bad' } as const

const milliseconds = (value: number): string => `${value.toFixed(2)} ms`

function againCell(again: number | null): Html {
  return again === null
    ? html`<td></td>`
    : html`<td class="num" data-label="again:">${milliseconds(again)}</td>`
}

function row(
  { what, status, identity, decision, reason, took, again }: TriedRow,
  isRepeated: boolean,
): Html {
  const why = reason === '' ? null : html` <span class="soft">${reason}</span>`
  return html`<tr><th scope="row">${what}</th>
<td data-label="taken for:">${identity ?? html`<span class="soft">nobody</span>`}</td>
<td><span class="badge ${looks[decision]}">${decision}</span>${why}</td>
<td class="num" data-label="status:">${status}</td><td class="num" data-label="took:">${milliseconds(took)}</td>${isRepeated ? againCell(again) : null}</tr>`
}

function results(chosen: Choice, rows: readonly TriedRow[]): Html {
  const isRepeated = rows.some(({ again }) => again !== null)
  const again = isRepeated ? html`<th scope="col" class="num">Again</th>` : null
  const explained = isRepeated
    ? ' “Again” is the median of nine more, which find what the first has verified.'
    : ''
  return html`<section class="card" aria-labelledby="results"><h2 id="results"><code>${chosen.method} ${chosen.url}</code> asks for ${chosen.asks}</h2>
<div class="table"><table class="stack dense"><thead><tr><th scope="col">Sent with</th><th scope="col">Taken for</th><th scope="col">Decision</th><th scope="col" class="num">Status</th><th scope="col" class="num">Took</th>${again}</tr></thead>
<tbody>${rows.map((each) => row(each, isRepeated))}</tbody></table></div></section>
<p class="soft">Who it is and why not is what the suite tells the operator; callers see the status and a challenge. Times are of the whole request inside this process.${explained}</p>`
}

/** Sends one request with every credential. */
export function tryPage(frame: Frame, chosen: Choice, rows: readonly TriedRow[] | null): string {
  const choices = requests.map(
    ({ name, method, url, asks }) =>
      html`<option value="${name}"${name === chosen.name ? html` selected` : null}>${method} ${url} asks for ${asks}</option>`,
  )
  const body = html`<h1>Try it</h1>
<p class="lead">One request, sent once with each credential. Every route says in its own config what it takes and what it asks for.</p>
<div class="card"><form method="post" action="/try">
<label for="request">The request</label><select id="request" name="request">${choices}</select>
<label for="credential">A key or token of yours <span class="hint">(if you like)</span></label><input id="credential" name="credential" autocomplete="off" spellcheck="false" maxlength="4096">
<button>Send it with everything</button></form></div>
${rows === null ? null : results(chosen, rows)}`
  return page('Try it', frame, body)
}
