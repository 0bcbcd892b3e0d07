import type { SessionInfo } from '@latchkey/session'
import { type Html, html } from './html.js'

/** What every page shows around its own content. */
export interface Frame {
  /** Who is logged in. */
  readonly name: string | null
  /** Messages of the request before. */
  readonly notes: readonly string[]
}

/** A form that is shown again, with what was wrong. */
export interface Fault {
  readonly message: string
  /** The name that was typed. */
  readonly name?: string
}

function layout(title: string, { name, notes }: Frame, body: Html): string {
  const bar =
    name === null
      ? html`<a href="/login">Log in</a><a href="/register">Register</a>`
      : html`<a href="/devices">Devices</a><a href="/password">Password</a>
          <form method="post" action="/logout"><button class="quiet">Log out</button></form>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Latchkey example</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="bar"><strong><a href="/">Home</a></strong><nav aria-label="Account">${bar}</nav></header>
<main>
<h1>${title}</h1>
${notes.map((note) => html`<p class="note" role="status">${note}</p>`)}
${body}
</main>
</body>
</html>`.html
}

function alert(fault: Fault | null): Html | null {
  return fault === null ? null : html`<p class="error" role="alert" id="fault">${fault.message}</p>`
}

function described(fault: Fault | null, hint = ''): Html {
  const ids = [fault === null ? '' : 'fault', hint].filter((id) => id !== '')
  return ids.length === 0 ? html`` : html` aria-describedby="${ids.join(' ')}"`
}

function nameField(fault: Fault | null): Html {
  return html`<label for="name">Name</label>
<input id="name" name="name" value="${fault?.name ?? ''}" autocomplete="username" autocapitalize="none" required maxlength="64"${described(fault)}>`
}

function currentPassword(fault: Fault | null, label = 'Password'): Html {
  return html`<label for="password">${label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described(fault)}>`
}

function newPassword(fault: Fault | null, label: string): Html {
  return html`<label for="new-password">${label}</label>
<p class="hint" id="hint">At least 8 characters; 15 or more are better. Any characters will do.</p>
<input id="new-password" name="newPassword" type="password" autocomplete="new-password" required minlength="8"${described(fault, 'hint')}>`
}

/** The first page. */
export function homePage(frame: Frame): string {
  if (frame.name === null) {
    return layout(
      'Welcome',
      frame,
      html`<p>Nobody is logged in here. <a href="/login">Log in</a> or <a href="/register">register</a>.</p>`,
    )
  }
  return layout(
    `Hello, ${frame.name}`,
    frame,
    html`<p>You are logged in. See <a href="/devices">where else</a>, or <a href="/password">change your password</a>.</p>`,
  )
}

/** @param returnTo Where to go after the login. */
export function loginPage(frame: Frame, fault: Fault | null, returnTo: string): string {
  return layout(
    'Log in',
    frame,
    html`${alert(fault)}<form method="post" action="/login">
<input type="hidden" name="returnTo" value="${returnTo}">
${nameField(fault)}${currentPassword(fault)}
<button>Log in</button></form>
<p class="hint">No account yet? <a href="/register">Register</a>.</p>`,
  )
}

/** The form for a new account. */
export function registerPage(frame: Frame, fault: Fault | null): string {
  return layout(
    'Register',
    frame,
    html`${alert(fault)}<form method="post" action="/register">
${nameField(fault)}${newPassword(fault, 'Password')}
<button>Register</button></form>`,
  )
}

/** The form for another password. */
export function passwordPage(frame: Frame, fault: Fault | null): string {
  return layout(
    'Change your password',
    frame,
    html`${alert(fault)}<p>All other devices will be logged out.</p>
<form method="post" action="/password">
<input type="hidden" name="name" value="${frame.name ?? ''}" autocomplete="username">
${currentPassword(fault, 'Current password')}${newPassword(fault, 'New password')}
<button>Change password</button></form>`,
  )
}

/** Asks for the password once more. */
export function confirmPage(frame: Frame, fault: Fault | null, returnTo: string): string {
  return layout(
    'Is it you?',
    frame,
    html`${alert(fault)}<p>You logged in some time ago. Please enter your password again.</p>
<form method="post" action="/confirm">
<input type="hidden" name="returnTo" value="${returnTo}">
${currentPassword(fault)}
<button>Continue</button></form>`,
  )
}

function moment(seconds: number): Html {
  const iso = new Date(seconds * 1000).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

function device(session: SessionInfo): Html {
  const end = session.isCurrent
    ? html`<span>This device</span>`
    : html`<form method="post" action="/devices/end"><input type="hidden" name="id" value="${session.id}">
<button class="quiet" aria-label="Log out ${session.device}, last used ${new Date(session.lastSeenAt * 1000).toISOString().slice(0, 16)}">Log out</button></form>`
  return html`<li><div><h2>${session.device}</h2>
<p>Last used ${moment(session.lastSeenAt)}</p><p>Logged in ${moment(session.createdAt)}, from ${session.address}</p></div>${end}</li>`
}

/** Where somebody is logged in. */
export function devicesPage(frame: Frame, sessions: readonly SessionInfo[]): string {
  const others =
    sessions.length > 1
      ? html`<form method="post" action="/devices/end-others"><button>Log out all other devices</button></form>`
      : null
  return layout(
    'Your devices',
    frame,
    html`<ul class="devices">${sessions.map(device)}</ul>${others}`,
  )
}

/** What went wrong, for people. */
export function errorPage(frame: Frame, status: number): string {
  const [title, text] =
    status === 404
      ? ['Not found', 'There is no such page.']
      : status === 503
        ? ['Back in a moment', 'The server cannot reach its data. You have not been logged out.']
        : status < 500
          ? [
              'That did not work',
              'The request was refused. Go back, reload the page and try again.',
            ]
          : ['Something broke', 'It is not your fault. Please try again.']
  return layout(title as string, frame, html`<p>${text as string}</p><p><a href="/">Home</a></p>`)
}
