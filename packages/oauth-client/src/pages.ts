import { createHash } from 'node:crypto'

const STYLE =
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}' +
  'body{margin:0;min-height:100vh;display:grid;place-items:center}' +
  'main{max-width:26rem;padding:2rem}h1{font-size:1.3rem}a{color:LinkText}'

const styleHash = createHash('sha256').update(STYLE).digest('base64')

/** What the page may do: show its own style, and nothing else. */
export const pagePolicy: string = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** What a failure says to the user. */
export interface FailureView {
  readonly message: string
  readonly code: string
  /** Where to try again. */
  readonly again: string
}

/** The page of a failure: no script, light and dark. */
export function failurePage({ message, code, again }: FailureView): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not signed in</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>You are not signed in</h1>
<p>${escapeHtml(message)}.</p>
<p><a href="${escapeHtml(again)}">Try again</a> or <a href="/">go to the start</a>.</p>
<p><small>${escapeHtml(code)}</small></p>
</main>
</body>
</html>
`
}
