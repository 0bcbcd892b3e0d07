/**
 * What lines were taken out of a text and put into it, in order.
 *
 * @returns Lines that begin with `- ` or `+ `; empty for the same text.
 */
export function diff(before: readonly string[], after: readonly string[]): string[] {
  const lengths = commonLengths(before, after)
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  const changes: string[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      row += 1
      column += 1
    } else if (row < before.length && at(row + 1, column) >= at(row, column + 1)) {
      changes.push(`- ${before[row]}`)
      row += 1
    } else {
      changes.push(`+ ${after[column]}`)
      column += 1
    }
  }
  return changes
}

/** Of each pair of remainders, how many lines they can share in order. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths: number[][] = []
  for (let row = before.length - 1; row >= 0; row -= 1) {
    const next = lengths[row + 1] ?? []
    const own: number[] = []
    for (let column = after.length - 1; column >= 0; column -= 1) {
      own[column] =
        before[row] === after[column]
          ? (next[column + 1] ?? 0) + 1
          : Math.max(next[column] ?? 0, own[column + 1] ?? 0)
    }
    lengths[row] = own
  }
  return lengths
}
