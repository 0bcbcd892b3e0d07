import type { Atom, Term } from './terms.js'

/** Whether no object and no caller can make all comparisons of a term true. */
export function isContradictory(term: Term): boolean {
  const groups = new Map<string, Atom[]>()
  for (const atom of term) {
    const group = groups.get(atom.left)
    if (group === undefined) groups.set(atom.left, [atom])
    else group.push(atom)
  }
  return [...groups.values()].some(isImpossible)
}

function isImpossible(atoms: readonly Atom[]): boolean {
  const isNull = atoms.some(({ op }) => op === 'isNull')
  if (isNull) return atoms.some(({ op }) => op !== 'isNull')
  return hasOpposites(atoms) || hasNoValue(atoms)
}

const OPPOSITES: Readonly<Record<string, string>> = {
  eq: 'ne',
  member: 'notMember',
  contains: 'notContains',
}

function hasOpposites(atoms: readonly Atom[]): boolean {
  const keys = new Set(atoms.map(({ op, value }) => `${op} ${JSON.stringify(value)}`))
  return atoms.some(({ op, value }) => {
    const opposite = OPPOSITES[op]
    return opposite !== undefined && keys.has(`${opposite} ${JSON.stringify(value)}`)
  })
}

/** Looks at the comparisons with constants: whether any value satisfies them all. */
function hasNoValue(atoms: readonly Atom[]): boolean {
  const constants = atoms.filter(({ value }) => typeof value !== 'object')
  const equal = constants.filter(({ op }) => op === 'eq')
  const [first] = equal
  if (first !== undefined) return constants.some((atom) => !satisfies(first.value, atom))
  const excluded = new Set(constants.filter(({ op }) => op === 'ne').map(({ value }) => value))
  if (excluded.has(true) && excluded.has(false)) return true
  const low = bound(constants, ['gt', 'gte'], Math.max)
  const high = bound(constants, ['lt', 'lte'], Math.min)
  if (low > high) return true
  const isPoint = low === high
  return isPoint && (excluded.has(low) || constants.some((atom) => !satisfies(low, atom)))
}

function bound(
  atoms: readonly Atom[],
  ops: readonly string[],
  pick: (...numbers: number[]) => number,
): number {
  return pick(...atoms.filter(({ op }) => ops.includes(op)).map(({ value }) => value as number))
}

function satisfies(value: unknown, atom: Atom): boolean {
  const other = atom.value
  switch (atom.op) {
    case 'eq':
      return value === other
    case 'ne':
      return value !== other
    case 'lt':
      return (value as number) < (other as number)
    case 'lte':
      return (value as number) <= (other as number)
    case 'gt':
      return (value as number) > (other as number)
    case 'gte':
      return (value as number) >= (other as number)
    case 'contains':
      return (value as string).includes(other as string)
    default:
      return !(value as string).includes(other as string)
  }
}
