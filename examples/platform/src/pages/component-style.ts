/** Cards, lists, tables, badges, and what the applications around the platform look like. */
export const componentStyle = `
.card { background: var(--card); border: 1px solid var(--line); border-radius: .875rem; padding: 1.25rem 1.375rem; box-shadow: var(--shadow); margin: 0 0 1.125rem; }
.card > form:last-child { margin: 0; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); margin: 0 0 1.5rem; padding: 0; list-style: none; }
.cards .card { margin: 0; display: flex; flex-direction: column; gap: .25rem; }
.cards .card p { color: var(--soft); font-size: .9375rem; flex: 1; }
.hero { padding: 1.5rem 0 1.75rem; max-width: 42rem; }
.hero h1 { font-size: clamp(1.875rem, 5vw, 2.75rem); line-height: 1.1; letter-spacing: -.03em; margin-bottom: .875rem; text-wrap: balance; }
.hero p { font-size: 1.125rem; color: var(--soft); margin-bottom: 1.25rem; }

.note, .error { padding: .75rem 1rem; border-radius: .625rem; margin: 0 0 1.125rem; font-weight: 500; }
.note { background: var(--good-tint); color: var(--good); }
.error { background: var(--bad-tint); color: var(--bad); }
.warn { background: var(--warn-tint); color: var(--warn); padding: .75rem 1rem; border-radius: .625rem; margin: 0 0 1.125rem; }

.rows { list-style: none; margin: 0; padding: 0; }
.rows > li { padding: .9375rem 0; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
.rows > li:first-child { border-top: 0; padding-top: 0; }
.rows > li:last-child { padding-bottom: 0; }
.rows > li > div:first-child { flex: 1 1 15rem; min-width: 0; overflow-wrap: anywhere; }
.rows p { margin: 0; }
.rows .acts { margin-top: .5rem; }
.rows > li.top-aligned { align-items: start; }
.badge { display: inline-block; padding: .0625rem .5625rem; border-radius: 1rem; font-size: .8125rem; font-weight: 600; background: var(--inset); color: var(--soft); border: 1px solid var(--line); white-space: nowrap; }
.badge.good { background: var(--good-tint); color: var(--good); border-color: transparent; }
.badge.bad { background: var(--bad-tint); color: var(--bad); border-color: transparent; }
.badge.warns { background: var(--warn-tint); color: var(--warn); border-color: transparent; }
.badge.tint { background: var(--tint); color: var(--accent); border-color: transparent; }
.secret { display: block; width: 100%; padding: .875rem 1rem; border: 2px dashed var(--brass); border-radius: .625rem; background: var(--inset); font: .9375rem/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; user-select: all; margin: 0 0 .75rem; }
meter { width: 100%; max-width: 12rem; height: .625rem; vertical-align: middle; }

.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { text-align: left; padding: .5625rem .75rem .5625rem 0; border-top: 1px solid var(--line); vertical-align: top; font-weight: 400; }
td:last-child, th:last-child { padding-right: 0; }
thead th { border-top: 0; color: var(--soft); font-size: .8125rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
.num { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.num, th.num { text-align: right; }
details > summary { cursor: pointer; min-height: 2.25rem; padding: .375rem 0; color: var(--accent); font-weight: 600; }
.flow { margin: 0; padding: 0; list-style: none; counter-reset: step; }
.flow > li { position: relative; padding: 0 0 1.125rem 2.375rem; counter-increment: step; }
.flow > li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 1.5rem; height: 1.5rem; border-radius: 50%; background: var(--tint); color: var(--accent); font-size: .8125rem; font-weight: 700; display: grid; place-items: center; }
.flow > li:not(:last-child)::after { content: ""; position: absolute; left: .75rem; top: 1.75rem; bottom: .25rem; border-left: 1px solid var(--line); }
.flow > li:last-child { padding-bottom: 0; }
.flow p { margin: .125rem 0 0; }
.status { font-weight: 700; font-variant-numeric: tabular-nums; }
.status.good { color: var(--good); }
.status.bad { color: var(--bad); }
.split { display: grid; gap: 1.125rem; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); align-items: start; }
.split > .card { margin: 0; }
.or { display: flex; align-items: center; gap: .75rem; color: var(--soft); font-size: .875rem; margin: 1.125rem 0; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }

.other { max-width: 62rem; margin: 0 auto; }
.band { border-bottom: 1px solid var(--line); background: var(--card); }
.band > div { max-width: 62rem; margin: 0 auto; padding: .625rem 1.25rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: space-between; }
.band strong { font-size: 1.0625rem; }
.parcels { --accent: light-dark(#6b3fc4, #c3a8ff); --on-accent: light-dark(#ffffff, #1e0f3d); --tint: light-dark(#efe8fc, #2b2145); --brass: var(--accent); }
.robot { --accent: light-dark(#2b4a8f, #a3bfff); --on-accent: light-dark(#ffffff, #0b1a3d); --tint: light-dark(#e6ecf9, #1b2645); --brass: var(--accent); }
.phone { --accent: light-dark(#a13a1e, #ffb199); --on-accent: light-dark(#ffffff, #3d1206); --tint: light-dark(#fbe9e3, #43211a); --brass: var(--accent); }
.northwind { --accent: light-dark(#1a5fa8, #93c5fd); --on-accent: light-dark(#ffffff, #0a2036); --tint: light-dark(#e5f0fb, #182c42); --brass: var(--accent); }
.device { border: .625rem solid light-dark(#22262a, #3a4245); border-radius: 2.25rem; padding: 1.375rem 1.125rem; background: var(--card); max-width: 23rem; width: 100%; margin: 0 auto; min-height: 32rem; box-shadow: var(--shadow); }
.device .acts form, .device button { width: 100%; }
.device h2 { font-size: 1.25rem; }
`
