import type { ApiKeyInfo, LimitStatus } from '@latchkey/api-key'
import { type Scope, scopes } from '../policy.js'
import { type Html, html } from './html.js'
import { alert, type Fault, type Frame, moment, page } from './layout.js'

/** A key with how its limit stands. */
export interface ShownKey {
  readonly info: ApiKeyInfo
  readonly usage: readonly LimitStatus[]
}

/** How long keys may live, in seconds, with words. */
export const lifetimes = [
  [3600, 'One hour'],
  [604_800, 'One week'],
  [7_776_000, '90 days'],
  [31_536_000, 'One year'],
] as const

/** How long an old secret may go on working, in seconds, with words. */
export const overlaps = [
  [0, 'at once'],
  [3600, 'in an hour'],
  [86_400, 'in a day'],
] as const

const looks: Readonly<Record<string, string>> = { active: 'good', revoked: 'bad', expired: 'bad' }

function usageOf(usage: readonly LimitStatus[]): Html[] {
  return usage.map(({ limit, remaining, window }) => {
    const used = limit - remaining
    return html`<p class="soft">${used} of ${limit} requests used in these ${window ?? 0} seconds
<meter min="0" max="${limit}" value="${used}" aria-label="Requests used">${used}</meter></p>`
  })
}

function actions({ id, name }: ApiKeyInfo): Html {
  const choices = overlaps.map(
    ([seconds, words]) => html`<option value="${seconds}">${words}</option>`,
  )
  return html`<details><summary>Rotate or revoke</summary>
<form method="post" action="/keys/${id}/rotate" class="inline tight">
<div><label for="overlap-${id}">The old secret ends</label><select id="overlap-${id}" name="overlap">${choices}</select></div>
<button class="quiet" aria-label="Rotate ${name}">Rotate</button></form>
<form method="post" action="/keys/${id}/revoke" class="below"><button class="danger" aria-label="Revoke ${name}">Revoke</button> <span class="soft">for ever, and at once</span></form></details>`
}

function row({ info, usage }: ShownKey): Html {
  const { id, name, state, createdAt, expiresAt, lastUsedAt, overlapEndsAt } = info
  const given = info.scopes.map((scope) => html` <span class="badge tint">${scope}</span>`)
  const old =
    overlapEndsAt === null
      ? null
      : html`<p class="soft">The secret before the last rotation works until ${moment(overlapEndsAt)}.</p>`
  const ends = expiresAt === null ? html`never expires` : html`expires ${moment(expiresAt)}`
  const used = lastUsedAt === null ? html`Not used yet` : html`Last used ${moment(lastUsedAt)}`
  return html`<li><div><h2>${name} <span class="badge ${looks[state] ?? 'warns'}">${state}</span></h2>
<p class="soft"><code>orders_live_${id}_…</code></p>
<p>${given}</p>
<p class="soft">Made ${moment(createdAt)}, ${ends}. ${used}.</p>
${state === 'active' ? usageOf(usage) : null}${old}${state === 'active' ? actions(info) : null}</div></li>`
}

function createForm(grantable: readonly Scope[], fault: Fault | null): Html {
  const boxes = grantable.map(
    (scope) =>
      html`<label class="check"><input type="checkbox" name="scopes" value="${scope}"${scope === 'orders:read' ? html` checked` : null}><span><code>${scope}</code> <span class="soft">${scopes[scope]}</span></span></label>`,
  )
  const choices = lifetimes.map(
    ([seconds, words]) =>
      html`<option value="${seconds}"${seconds === 7_776_000 ? html` selected` : null}>${words}</option>`,
  )
  return html`<div class="card"><h2>A new key</h2>${alert(fault)}<form method="post" action="/keys">
<label for="name">What is it for?</label><input id="name" name="name" required maxlength="60" autocomplete="off" value="${fault?.typed?.name ?? ''}">
<fieldset><legend>What may it do?</legend>${boxes}</fieldset>
<label for="lifetime">How long?</label><select id="lifetime" name="lifetime">${choices}</select>
<button>Make the key</button></form></div>`
}

/** The keys of a person. */
export function keysPage(
  frame: Frame,
  keys: readonly ShownKey[],
  grantable: readonly Scope[],
  fault: Fault | null = null,
): string {
  const living = keys.filter(({ info }) => info.state === 'active')
  const ended = keys.filter(({ info }) => info.state !== 'active')
  const list =
    living.length === 0
      ? html`<p class="soft">No key yet.</p>`
      : html`<ul class="rows">${living.map(row)}</ul>`
  const past =
    ended.length === 0
      ? null
      : html`<details><summary>Ended keys (${ended.length})</summary><div class="card"><ul class="rows">${ended.map(row)}</ul></div></details>`
  const body = html`<h1>API keys</h1>
<p class="lead">For scripts and services. A key does what its own scopes say, never more, whatever your role. Making and rotating one asks for a login of the last five minutes.</p>
<div class="split">${createForm(grantable, fault)}<div><div class="card"><h2>Your keys</h2>${list}</div>${past}</div></div>`
  return page('API keys', frame, body)
}

/** Shows a key, this once. */
export function keyShownPage(frame: Frame, key: string, info: ApiKeyInfo, origin: string): string {
  const body = html`<h1>${info.name}</h1>
<div class="card"><p class="warn">This is the only time that the key is shown. What is kept here is a digest of it.</p>
<h2>Your key</h2><code class="secret" id="key">${key}</code>
<h2>Use it</h2><code class="secret">curl -s ${origin}/api/me -H 'x-api-key: ${key}'</code>
<p class="acts"><a class="button" href="/keys">I have copied it</a><a class="button quiet" href="/try">Try it</a></p></div>`
  return page('Your new key', frame, body)
}
