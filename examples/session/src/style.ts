/** One stylesheet for light and dark, phones and desks. */
export const style = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c);
  --card: light-dark(#ffffff, #1d2129);
  --text: light-dark(#1b1f27, #e8ebf0);
  --soft: light-dark(#566070, #a4adbb);
  --line: light-dark(#c9ced8, #3a4150);
  --accent: light-dark(#1d4fd7, #8fb0ff);
  --on-accent: light-dark(#ffffff, #10182b);
  --bad: light-dark(#a3142a, #ff9aa8);
  --good: light-dark(#0d6b3a, #7fdba8);
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
.bar, .bar nav { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; }
.bar { max-width: 34rem; min-height: 2.75rem; margin: 0 auto .5rem; justify-content: space-between; }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.0625rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
label { display: block; font-weight: 600; }
.hint { margin: 0; color: var(--soft); font-size: .9375rem; }
input {
  width: 100%; margin: .25rem 0 1rem; padding: .625rem .75rem; font: inherit; color: inherit;
  background: var(--ground); border: 1px solid var(--soft); border-radius: .5rem;
}
button {
  min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem;
}
button.quiet { color: var(--accent); background: transparent; }
.bar button { min-height: 0; padding: .25rem .75rem; }
.bar a { padding: .25rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { padding: .75rem 1rem; border-left: .25rem solid var(--good); background: var(--ground); }
.error { padding: .75rem 1rem; border-left: .25rem solid var(--bad); background: var(--ground); color: var(--bad); font-weight: 600; }
.devices { list-style: none; margin: 0 0 1rem; padding: 0; }
.devices li { padding: 1rem 0; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
.devices div { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
.devices p { margin: 0; color: var(--soft); font-size: .9375rem; }
`
