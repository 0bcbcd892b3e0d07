import type { ApiKeyInfo } from '@latchkey/api-key'
import type { Matrix } from '@latchkey/authz'
import type { SessionInfo } from '@latchkey/session'
import type { Account } from '../accounts.js'
import type { Denial } from '../denials.js'
import { type Html, html } from './html.js'
import { type Frame, moment, page } from './layout.js'

/** Somebody, with what they hold. */
export interface Person {
  readonly account: Account
  readonly sessions: readonly SessionInfo[]
  readonly keys: readonly ApiKeyInfo[]
  readonly apps: number
}

function cell(value: string, role: string): Html {
  const look = value === 'yes' ? 'good' : value === 'no' ? 'bad' : 'warns'
  const words = value.startsWith('if ') ? html`<span class="soft">${value.slice(3)}</span>` : null
  const badge = words === null ? value : 'if'
  return html`<td data-label="${role}:"><span class="badge ${look}">${badge}</span> ${words}</td>`
}

function matrixTable({ roles, rows }: Matrix): Html {
  const head = roles.map((role) => html`<th scope="col">${role}</th>`)
  const lines = rows.map(
    ({ route, cells, needs }) =>
      html`<tr><th scope="row"><code>${route}</code></th>${cells.map((value, at) => cell(value, roles[at] ?? ''))}<td class="soft"${needs === '' ? null : html` data-label="needs"`}>${needs}</td></tr>`,
  )
  return html`<div class="table"><table class="stack dense"><caption>Which role reaches which route, told from the policy that decides</caption>
<thead><tr><th scope="col">Route</th>${head}<th scope="col">Beside the role</th></tr></thead><tbody>${lines}</tbody></table></div>`
}

function denialTable(denials: readonly Denial[]): Html {
  if (denials.length === 0) {
    return html`<p class="soft">Nobody was turned away yet. <a href="/try">Try it</a> with a forged key, and look again.</p>`
  }
  const lines = denials.map(
    ({ at, outcome, method, route, mechanism, subject, reason, process }) =>
      html`<tr><td>${moment(at)}</td><th scope="row"><code>${method} ${route}</code></th>
<td><span class="badge ${outcome === 'denied' ? 'warns' : 'bad'}">${outcome}</span></td>
<td data-label="why:"><strong>${reason}</strong></td>
<td data-label="who:">${subject === '' ? 'nobody known' : subject}${mechanism === '' ? null : html` <span class="soft">by ${mechanism}</span>`}</td><td class="num" data-label="process:">${process}</td></tr>`,
  )
  return html`<div class="table"><table class="stack dense"><caption>Refused: the credential is bad. Denied: it is good, and does not suffice. The caller is told none of this.</caption>
<thead><tr><th scope="col">When</th><th scope="col">Route</th><th scope="col">What</th><th scope="col">Why</th><th scope="col">Who</th><th scope="col" class="num">Process</th></tr></thead><tbody>${lines}</tbody></table></div>`
}

function counted(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`
}

function personRow({ account, sessions, keys, apps }: Person, frame: Frame): Html {
  const { id, name, roles } = account
  const held = [
    ...sessions.map(
      (session) =>
        html`<li><div>Session: ${session.device} <span class="soft">from ${session.address}, used ${moment(session.lastSeenAt)}</span></div>
<form method="post" action="/admin/end-session"><input type="hidden" name="id" value="${session.id}"><button class="danger small" aria-label="End the session of ${name} on ${session.device}">End</button></form></li>`,
    ),
    ...keys.map(
      (key) =>
        html`<li><div>Key: ${key.name} <span class="soft"><code>${key.id}</code></span></div>
<form method="post" action="/admin/revoke-key"><input type="hidden" name="id" value="${key.id}"><button class="danger small" aria-label="Revoke the key ${key.name} of ${name}">Revoke</button></form></li>`,
    ),
  ]
  const details =
    held.length === 0
      ? null
      : html`<details><summary>What ${name} holds</summary><ul class="rows">${held}</ul></details>`
  const you = name === frame.name ? html` <span class="badge tint">you</span>` : null
  return html`<li class="top-aligned"><div><h3>${name}${you}</h3>
<p class="soft">${roles.join(', ')}: ${counted(sessions.length, 'session')}, ${counted(keys.length, 'key')}, ${counted(apps, 'connected app')}</p>${details}</div>
<form method="post" action="/admin/end-person"><input type="hidden" name="id" value="${id}">
<button class="danger small" aria-label="Revoke everything of ${name}">Revoke everything</button></form></li>`
}

/** What an administrator sees. */
export function adminPage(
  frame: Frame,
  shown: {
    readonly people: readonly Person[]
    readonly denials: readonly Denial[]
    readonly matrix: Matrix
  },
): string {
  const body = html`<h1>Administration</h1>
<p class="lead">Who holds what, who was turned away and why, and who may do what.</p>
<section class="card" aria-labelledby="people"><h2 id="people">People</h2><ul class="rows">${shown.people.map((person) => personRow(person, frame))}</ul></section>
<section class="card" aria-labelledby="denials"><h2 id="denials">Recently turned away</h2>${denialTable(shown.denials)}</section>
<section class="card" aria-labelledby="matrix"><h2 id="matrix">The policy</h2>${matrixTable(shown.matrix)}</section>`
  return page('Administration', frame, body)
}
