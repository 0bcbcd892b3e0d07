import type { SessionInfo } from '@latchkey/session'
import { type Html, html } from './html.js'
import { alert, type Fault, type Frame, moment, page } from './layout.js'

function described(fault: Fault | null, hint = ''): Html | null {
  const ids = [fault === null ? '' : 'fault', hint].filter((id) => id !== '')
  return ids.length === 0 ? null : html` aria-describedby="${ids.join(' ')}"`
}

function nameField(fault: Fault | null, hint: Html | null = null): Html {
  return html`<label for="username">Name</label>
${hint}<input id="username" name="username" value="${fault?.typed?.username ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64"${described(fault, hint === null ? '' : 'name-hint')}>`
}

function passwordField(fault: Fault | null): Html {
  return html`<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described(fault)}>`
}

/** The way in through another server. */
function elsewhere(returnTo: string): Html {
  return html`<form method="post" action="/sign-in">
<input type="hidden" name="returnTo" value="${returnTo}">
<button class="quiet wide">Sign in with Northwind ID</button></form>`
}

/** @param returnTo Where to go after the login. */
export function loginPage(frame: Frame, fault: Fault | null, returnTo: string): string {
  const form = html`<h1>Log in</h1>
<p class="lead">The names and passwords of the demonstration stand in the terminal in which the platform was started.</p>
<div class="card">${alert(fault)}<form method="post" action="/login">
<input type="hidden" name="returnTo" value="${returnTo}">
${nameField(fault)}${passwordField(fault)}
<button class="wide">Log in</button></form><p class="or">or</p>${elsewhere(returnTo)}</div>
<p class="soft">No account yet? <a href="/register">Sign up</a>. Another mechanism? <a href="/try">Try them all</a>.</p>`
  return page('Log in', frame, form, 'narrow')
}

/** The form for a new account. */
export function registerPage(frame: Frame, fault: Fault | null): string {
  const form = html`<h1>Sign up</h1>
<p class="lead">A name and a password are all it takes.</p>
<div class="card">${alert(fault)}<form method="post" action="/register">
${nameField(fault, html`<p class="hint" id="name-hint">2 to 32 letters and digits; a letter first.</p>`)}
<label for="new-password">Password</label>
<p class="hint" id="password-hint">At least 8 characters; 15 or more are better. Any characters will do.</p>
<input id="new-password" name="newPassword" type="password" autocomplete="new-password" required minlength="8"${described(fault, 'password-hint')}>
<button class="wide">Sign up</button></form><p class="or">or</p>${elsewhere('/')}</div>
<p class="soft">Have an account? <a href="/login">Log in</a>.</p>`
  return page('Sign up', frame, form, 'narrow')
}

/** Asks for the password once more; whoever has none signs in again where they came from. */
export function confirmPage(
  frame: Frame,
  fault: Fault | null,
  returnTo: string,
  hasPassword: boolean,
): string {
  const ways = hasPassword
    ? html`<form method="post" action="/confirm">
<input type="hidden" name="returnTo" value="${returnTo}">
<input type="hidden" name="username" value="${frame.name}" autocomplete="username">
${passwordField(fault)}<button class="wide">Continue</button></form>`
    : elsewhere(returnTo)
  const form = html`<h1>Is it you?</h1>
<p class="lead">What you are about to do asks for a login of the last five minutes. Yours is older.</p>
<div class="card">${alert(fault)}${ways}</div>`
  return page('Is it you?', frame, form, 'narrow')
}

const proofs: Readonly<Record<string, string>> = { pwd: 'password' }

function proofOf(amr: readonly string[]): string {
  return amr.map((method) => proofs[method] ?? method).join(' and ') || 'another server'
}

function device(session: SessionInfo): Html {
  const when = new Date(session.lastSeenAt * 1000).toISOString().slice(0, 16)
  const end = session.isCurrent
    ? html`<span class="badge good">This device</span>`
    : html`<form method="post" action="/devices/end"><input type="hidden" name="id" value="${session.id}">
<button class="danger small" aria-label="Log out ${session.device}, last used ${when}">Log out</button></form>`
  return html`<li><div><h2>${session.device}</h2>
<p class="soft">Last used ${moment(session.lastSeenAt)}</p>
<p class="soft">Logged in ${moment(session.createdAt)} from ${session.address}, by ${proofOf(session.amr)}</p></div>${end}</li>`
}

/** Where somebody is logged in. */
export function devicesPage(frame: Frame, sessions: readonly SessionInfo[]): string {
  const others =
    sessions.length > 1
      ? html`<form method="post" action="/devices/end-others"><button class="danger">Log out all other devices</button></form>`
      : null
  const body = html`<h1>Your devices</h1>
<p class="lead">Every browser in which you are logged in. Whichever process a device talks to, once it is logged out here it is refused there.</p>
<div class="card"><ul class="rows devices">${sessions.map(device)}</ul></div>
<div class="acts">${others}
<form method="post" action="/devices/end-tokens"><button class="quiet">Log out my phone apps</button></form></div>
<p class="soft">Phone apps hold tokens, not sessions: all that were issued to you up to now become void. Log in again on <a href="/phone">the phone</a> to see it.</p>`
  return page('Your devices', frame, body)
}
