import { componentStyle } from './component-style.js'

/** One stylesheet for light and dark, phones and desks. */
export const style = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f4f5f2, #101413);
  --card: light-dark(#ffffff, #181e1c);
  --inset: light-dark(#f4f5f2, #111615);
  --text: light-dark(#17201d, #e7ece9);
  --soft: light-dark(#55615c, #a3b0aa);
  --line: light-dark(#d9deda, #2c3532);
  --accent: light-dark(#0b6b57, #6fd8bd);
  --tint: light-dark(#e2f2ed, #17332c);
  --on-accent: light-dark(#ffffff, #06231c);
  --brass: light-dark(#8a6100, #e7bd5f);
  --bad: light-dark(#a81e2b, #ff9d9d);
  --bad-tint: light-dark(#fdecec, #3a1a1c);
  --good: light-dark(#0f6b37, #86dfa6);
  --good-tint: light-dark(#e4f5ea, #14301f);
  --warn: light-dark(#7d5200, #f0c46c);
  --warn-tint: light-dark(#fff3d9, #372a10);
  --shadow: 0 1px 2px light-dark(#0000000d, #0000), 0 4px 16px light-dark(#0000000a, #0000);
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text); min-height: 100vh;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .15em; }
h1 { margin: 0 0 .375rem; font-size: 1.625rem; line-height: 1.2; letter-spacing: -.015em; }
h2 { margin: 0 0 .5rem; font-size: 1.125rem; line-height: 1.3; }
h3 { margin: 0; font-size: 1rem; }
p { margin: 0 0 .75rem; }
p:last-child { margin-bottom: 0; }
code, .code { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.lead { color: var(--soft); margin-bottom: 1.5rem; max-width: 44rem; }
.soft { color: var(--soft); font-size: .9375rem; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; z-index: 1; background: var(--card); padding: .5rem 1rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }

.top {
  display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: space-between;
  padding: .5rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line); min-height: 3.75rem;
}
.brand { display: flex; align-items: center; gap: .625rem; color: inherit; text-decoration: none; font-weight: 700; letter-spacing: -.01em; min-height: 2.75rem; }
.brand svg { color: var(--brass); }
.who { display: flex; align-items: center; gap: .75rem; font-size: .9375rem; }
.who form { margin: 0; }
.who a { padding: .625rem .25rem; }
.frame { display: grid; grid-template-columns: 14.5rem minmax(0, 1fr); max-width: 78rem; margin: 0 auto; }
.side { padding: 1.5rem .75rem 1.5rem 1.25rem; }
.side p { margin: 1.25rem .75rem .25rem; color: var(--soft); font-size: .8125rem; font-weight: 600; }
.side p:first-child { margin-top: 0; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side a { display: block; padding: .4375rem .75rem; border-radius: .5rem; color: inherit; text-decoration: none; }
.side a:hover { background: var(--tint); }
.side a[aria-current] { background: var(--tint); color: var(--accent); font-weight: 600; }
main { padding: 1.75rem 1.25rem 2rem; min-width: 0; }
main.narrow { max-width: 29rem; margin: 0 auto; width: 100%; padding-top: 3rem; }
.foot {
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; justify-content: center; padding: 1rem 1.25rem 2rem;
  color: var(--soft); font-size: .875rem;
}

label, legend { display: block; font-weight: 600; padding: 0; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0; }
.hint { margin: 0; color: var(--soft); font-size: .875rem; font-weight: 400; }
input:not([type=checkbox], [type=radio]), select {
  width: 100%; min-height: 2.75rem; margin: .25rem 0 1rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--inset); border: 1px solid var(--soft); border-radius: .5rem;
}
.check { display: flex; gap: .625rem; align-items: center; min-height: 2.5rem; font-weight: 400; }
.check input { width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); flex: none; }
button, .button {
  display: inline-block; min-height: 2.75rem; padding: .5625rem 1.125rem; font: inherit; font-weight: 600; line-height: 1.5; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem; text-decoration: none; text-align: center;
}
button:hover, .button:hover { filter: brightness(1.08); }
.quiet { color: var(--accent); background: transparent; border-color: var(--line); }
.danger { color: var(--bad); background: transparent; border-color: var(--line); }
.small { min-height: 2.25rem; padding: .25rem .75rem; font-size: .9375rem; }
.wide { width: 100%; }
.acts { display: flex; flex-wrap: wrap; gap: .625rem; align-items: center; }
.acts form { margin: 0; }
.acts:not(:last-child) { margin-bottom: 1.125rem; }
h1 + .card { margin-top: 1.125rem; }
.inline { display: flex; gap: .625rem; align-items: end; flex-wrap: wrap; }
.inline > div { flex: 1 1 12rem; }
.inline.tight > div { flex: 0 1 10rem; }
.below { margin-top: .75rem; }
.inline input, .inline select { margin-bottom: 0; }
${componentStyle}
@media (max-width: 52rem) {
  .frame { display: block; }
  .top { padding: .25rem 1rem; }
  .side {
    display: flex; gap: .25rem; overflow-x: auto; padding: .5rem 1rem; background: var(--card);
    border-bottom: 1px solid var(--line); scrollbar-width: none;
  }
  .side p { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .side ul { display: flex; gap: .25rem; }
  .side a { white-space: nowrap; padding: .625rem .75rem; }
  main { padding: 1.25rem 1rem 1.5rem; }
  main.narrow { padding-top: 1.5rem; }
  h1 { font-size: 1.4375rem; }
  .card { padding: 1rem; }
}
@media (max-width: 40rem) {
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack, .stack tbody, .stack tr, .stack td, .stack th { display: block; width: auto; }
  .stack caption { display: block; padding-bottom: .25rem; }
  .stack tr { padding: .75rem 0; border-top: 1px solid var(--line); }
  .stack tr:first-child { border-top: 0; }
  .stack td, .stack th { border: 0; padding: .125rem 0; text-align: left; white-space: normal; }
  .stack.dense td:not(:empty) { display: inline-block; margin-right: 1rem; }
  .stack td:empty { display: none; }
  .stack td[data-label]::before { content: attr(data-label) " "; color: var(--soft); }
}
@media (prefers-reduced-motion: no-preference) {
  button, .button, .side a { transition: background-color .15s, filter .15s; }
}
`
