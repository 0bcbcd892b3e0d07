import type { Table } from './group.js'

/** What `--json` prints. */
export interface BenchResults {
  readonly machine: { readonly cpu?: string; readonly cores: number; readonly node: string }
  readonly date: string
  readonly tables: readonly Table[]
}

/** Whether figures are of a smoke run: it has one repeat, so nothing differs from itself. */
export function isSmoke(tables: readonly Table[]): boolean {
  const spreads = tables.flatMap((table) => {
    const column = table.columns.indexOf('spread')
    return column === -1 ? [] : table.rows.map((row) => row[column])
  })
  return spreads.length > 0 && spreads.every((spread) => spread === '0.0 %')
}

/**
 * Writes the page about performance.
 *
 * @param versions What was measured, such as `fastify 5.12.8`.
 */
export function writePage(results: BenchResults, versions: readonly string[]): string {
  const { machine, date, tables } = results
  const cpu = machine.cpu?.trim() || 'unknown'
  return `# Performance

What Latchkey adds to a request, beside the peers that do the same job. Written by
\`bench/src/markdown.ts\` from one run of \`npm run bench -- --json\`; do not edit it by hand.

| | |
| --- | --- |
| date | ${date.slice(0, 10)} |
| processor | ${cell(cpu)}, ${machine.cores} cores |
| Node | ${machine.node} |

Figures are CPU microseconds of the server per request, garbage collection included, and what is above
the same route without authentication. The ratio is Latchkey's to the peer's: below 1 the peer takes
longer. All variants of a table were measured in turns, in the same run. [How](../bench/README.md).
Absolute figures are this machine's; ratios travel better. What differs less than the spread is no
difference.

${tables.map(writeTable).join('\n')}
${writeAhead(tables)}
## Versions

${versions.map((version) => `- ${version}`).join('\n')}
`
}

function writeTable({ title, columns, rows, notes = [] }: Table): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((each) => cell(String(each))).join(' | ')} |`
  const head = [line(columns), line(columns.map((_, place) => (place === 0 ? '---' : '--:')))]
  return [`## ${title}`, '', ...head, ...rows.map(line), '', ...notes, ''].join('\n')
}

/** Where a peer takes less, said in one place and not left to be found. */
function writeAhead(tables: readonly Table[]): string {
  const lines = tables.flatMap(({ title, columns, rows }) =>
    rows.flatMap((row) =>
      columns.flatMap((column, place) => {
        const ratio = Number(row[place])
        if (!column.endsWith(' / it') || row[place] === '' || !(ratio > 1)) return []
        const ours = column.slice(0, -' / it'.length)
        if (!isSameWork(String(row[0]), ours)) return []
        return [`| ${cell(title)} | ${cell(String(row[0]))} | ${cell(ours)} | ${ratio} |`]
      }),
    ),
  )
  const none = 'Nowhere in this run.'
  const head = '| work | peer | Latchkey | times the peer |\n| --- | --- | --- | --: |\n'
  return `## Where a peer is ahead\n\n${lines.length === 0 ? none : head + lines.join('\n')}\n`
}

/** In a table of several kinds of credential, names end with the kind: "latchkey, session". */
function isSameWork(one: string, other: string): boolean {
  if (!one.includes(', ') || !other.includes(', ')) return true
  const kind = (name: string) => name.split(' ').at(-1)?.toLowerCase()
  return kind(one) === kind(other)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
