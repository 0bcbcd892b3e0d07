/** Writes rows as aligned columns, the first row in upper case. */
export function table([heads = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [heads.map((head) => head.toUpperCase()), ...rows]
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => widthOf(row, column))))
  return cells
    .map((row) => row.map((cell, column) => (cell || '-').padEnd(widths[column] as number)))
    .map((row) => row.join('  ').trimEnd())
    .join('\n')
}

function widthOf(row: readonly string[], column: number): number {
  return (row[column] as string).length
}

/** Writes names and values beneath each other. */
export function facts(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value || '-'}`).join('\n')
}
