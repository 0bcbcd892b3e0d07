import { type Html, html } from './html.js'
import type { Messages } from './messages.js'

/** What every page gets. */
export interface PageBase {
  /** Language tag of the messages. */
  readonly lang: string
  readonly messages: Messages
  /** For `<style nonce>`: no other style, and no script, is let through. */
  readonly nonce: string
}

const styles = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--ground:#f3f4f6;--line:#d5d9de;--act:#0b57d0;--on-act:#fff;--warn:#8a4b00;--warn-ground:#fff4e0}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a6adb5;--paper:#1d2126;--ground:#121518;--line:#3a4149;--act:#8ab4f8;--on-act:#0b1d36;--warn:#ffcf8f;--warn-ground:#3a2a10}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:28rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem;overflow-wrap:anywhere}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 .75rem}
p{margin:.5rem 0}ul{margin:.5rem 0 1rem;padding-left:1.25rem}li{margin:.25rem 0}
.soft{color:var(--soft);font-size:.875rem}
.warn{color:var(--warn);background:var(--warn-ground);border-radius:.5rem;padding:.625rem .75rem;font-size:.875rem}
.acts{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.25rem}
button,.button{flex:1 1 8rem;min-height:2.75rem;padding:.5rem 1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--paper);color:var(--ink);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.main{background:var(--act);border-color:var(--act);color:var(--on-act)}
a{color:var(--act)}a.main{color:var(--on-act)}
input{width:100%;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--soft);border-radius:.5rem;background:var(--paper);color:inherit;font:inherit}
label{display:block;font-weight:600;margin-bottom:.25rem}
section{border-top:1px solid var(--line);padding-top:1rem;margin-top:1rem}
h2{font-size:1.0625rem;margin:0 0 .25rem}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
`

/** Puts the content of a page into its document. */
export function document(base: PageBase, title: string, content: Html, end?: Html): string {
  const page = html`<!doctype html>
<html lang="${base.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style nonce="${base.nonce}">${{ html: styles }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
${end ?? { html: '' }}
</body>
</html>
`
  return page.html
}
