import type { Group, Table } from './group.js'
import type { Samples } from './measure.js'

/** Turns the samples of a group into its table: microseconds above bare, and ratios to ours. */
export function tabulate(group: Group, samples: Samples): Table {
  const bare = median(samples[group.variants.findIndex((each) => each.role === 'bare')] ?? [])
  const added = group.variants.map((_, index) => median(samples[index] ?? []) - bare)
  const ours = group.variants.flatMap((each, index) => (each.role === 'ours' ? [index] : []))
  return {
    title: group.title,
    columns: [
      'variant',
      'CPU us/request',
      'above bare',
      'spread',
      ...ours.map((index) => `${group.variants[index]?.name} / it`),
    ],
    rows: group.variants.map((variant, index) => [
      variant.name,
      median(samples[index] ?? []).toFixed(2),
      variant.role === 'bare' ? '' : (added[index] ?? 0).toFixed(2),
      spread(samples[index] ?? []),
      ...ours.map((our) =>
        variant.role === 'peer' ? ((added[our] ?? 0) / (added[index] ?? 1)).toFixed(2) : '',
      ),
    ]),
    notes: [group.settings],
  }
}

/** Writes a table for a terminal. */
export function formatTable(table: Table): string {
  const lines = [table.columns.map(String), ...table.rows.map((row) => row.map(String))]
  const widths = table.columns.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const rows = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  rows.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '))
  return [`\n${table.title}`, '', ...rows, '', ...(table.notes ?? [])].join('\n')
}

/** The middle of some figures. */
function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

function spread(figures: readonly number[]): string {
  const range = Math.max(...figures) - Math.min(...figures)
  return `${((100 * range) / median(figures)).toFixed(1)} %`
}
