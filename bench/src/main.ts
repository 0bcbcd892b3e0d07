// npm run bench -- [--only text] [--json] [--repeats 5] [--smoke]
import { existsSync, readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Group, Report, Table } from './group.js'
import { type Effort, measure } from './measure.js'
import { formatTable, tabulate } from './print.js'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    repeats: { type: 'string', default: '5' },
  },
})
const effort: Effort = flags.smoke
  ? { repeats: 1, windows: 1, window: 20 }
  : { repeats: Number(flags.repeats), windows: 32, window: 100 }
const tables: Table[] = []

for (const file of find('groups')) {
  progress(file)
  const { default: group } = (await import(file.href)) as { default: Group }
  add(tabulate(group, await measure(file, group, effort)))
}
for (const file of find('reports')) {
  progress(file)
  const { default: report } = (await import(file.href)) as { default: Report }
  add(await report({ smoke: flags.smoke }))
}
if (flags.json) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
  console.log(JSON.stringify({ machine, date: new Date().toISOString(), tables }, null, 2))
}
console.error(
  `bench: ${tables.length} tables${flags.smoke ? ' (smoke: figures mean nothing)' : ''}`,
)

function find(folder: string): URL[] {
  const base = new URL(`${folder}/`, import.meta.url)
  if (!existsSync(base)) return []
  return readdirSync(base)
    .filter((name) => name.endsWith('.js') && name.includes(flags.only ?? ''))
    .sort()
    .map((name) => new URL(name, base))
}

function progress(file: URL): void {
  console.error(`... ${file.pathname.split('/').slice(-2).join('/')}`)
}

function add(table: Table): void {
  tables.push(table)
  if (!flags.json) console.log(formatTable(table))
}
