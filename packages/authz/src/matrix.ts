import type { RouteInfo } from '@latchkey/identity'
import { summarizeAssurance } from './assurance.js'
import type { DecidedRoute } from './check.js'
import { describeCondition } from './describe-condition.js'
import type { AppliedRule, Entry } from './entry.js'
import type { Policy } from './policy.js'
import type { ReadRequirements } from './route-requirements.js'

/** What a matrix shows. */
export interface MatrixOptions {
  /** The roles, in order. Default: those that the policy declares. */
  readonly roles?: readonly string[]
  /** Further routes, that ask for nothing more than an identity. Default: none. */
  readonly also?: readonly RouteInfo[]
}

/** What somebody with one role, and nothing else, may do on one route. */
export type Cell = 'yes' | 'no' | `if ${string}`

/** Who may call which route. */
export interface Matrix {
  readonly roles: readonly string[]
  readonly rows: readonly {
    readonly route: string
    readonly cells: readonly Cell[]
    /** What every caller needs beside a role: scopes, tenant, a good login. */
    readonly needs: string
  }[]
  /** An aligned table with the conditions beneath, fit for a snapshot file. */
  readonly text: string
}

/** Makes the matrix of a policy and the routes that it decides. */
export function createMatrix(
  policy: Policy,
  routes: readonly DecidedRoute[],
  options: MatrixOptions,
): Matrix {
  const roles = options.roles ?? policy.roles.names
  const decided = routes.map(({ method, url, required }) => ({
    route: `${method} ${url}`,
    cells: roles.map((role) => cellOf(policy, required, role)),
    needs: needsOf(required),
  }))
  const others = (options.also ?? []).map(({ method, url }) => ({
    route: `${method} ${url}`,
    cells: roles.map((): Cell => 'yes'),
    needs: '',
  }))
  const rows = withoutHead([...decided, ...others]).sort((left, right) =>
    left.route < right.route ? -1 : 1,
  )
  return { roles, rows, text: print(roles, rows) }
}

/** HEAD routes come with GET routes by themselves, and say the same. */
function withoutHead(rows: Matrix['rows'][number][]): Matrix['rows'][number][] {
  const names = new Set(rows.map(({ route }) => route))
  return rows.filter(
    ({ route }) => !route.startsWith('HEAD ') || !names.has(route.replace('HEAD', 'GET')),
  )
}

function cellOf(policy: Policy, required: ReadRequirements, role: string): Cell {
  if (required.roles.length > 0) {
    const isHolder = required.roles.some((each) =>
      policy.roles.holders(each, 'the matrix').has(role),
    )
    if (!isHolder) return 'no'
  }
  const names =
    required.can === null ? required.permissions : [...required.permissions, required.can]
  const cells = names.map((name) => cellOfPermission(policy.entry(name), role))
  if (cells.includes('no')) return 'no'
  if (required.can === null && required.resource !== null) cells.push('if the handler says so')
  const conditions = [...new Set(cells.filter((cell) => cell !== 'yes'))]
  if (conditions.length === 0) return 'yes'
  return `if ${conditions.map((cell) => cell.slice('if '.length)).join(', and ')}`
}

function cellOfPermission(entry: Entry, role: string): Cell {
  const speaksOf = ({ rule }: AppliedRule): boolean => rule.holders?.has(role) ?? true
  const denies = entry.denies.filter(speaksOf)
  if (denies.some(({ rule, condition }) => condition === null && rule.scopes.length === 0))
    return 'no'
  const ways = withoutNarrower(entry.allows.filter(speaksOf).map((each) => wayOf(each, entry)))
  if (ways.length === 0) return 'no'
  const allowed = ways.includes('') ? '' : ways.join('; or ')
  const forbidden = denies.map(({ rule }) => describePart(rule.condition, rule.scopes))
  const unless = forbidden.length === 0 ? '' : `unless ${forbidden.join('; or ')}`
  return allowed === '' && unless === ''
    ? 'yes'
    : `if ${[allowed, unless].filter(Boolean).join(', ')}`
}

const OWN_TENANT = 'own tenant'

/** Leaves out what is said already: "own tenant and ..." beside "own tenant". */
function withoutNarrower(ways: readonly string[]): readonly string[] {
  const isWide = ways.includes(OWN_TENANT)
  return [...new Set(ways)].filter((way) => !(isWide && way.startsWith(`${OWN_TENANT} and `)))
}

/** @returns What a rule asks for beside the role; empty for nothing. */
function wayOf({ rule }: AppliedRule, entry: Entry): string {
  const isHeldToTenant = entry.tenant !== null && entry.permission.isOnObject && !rule.anyTenant
  const parts = isHeldToTenant ? [OWN_TENANT] : []
  const part = describePart(rule.condition, rule.scopes)
  if (part !== '') parts.push(part)
  return [...parts, ...summarizeAssurance(rule.assurance ?? {})].join(' and ')
}

function describePart(condition: AppliedRule['condition'], scopes: readonly string[]): string {
  const parts = condition === null ? [] : [describeCondition(condition)]
  if (scopes.length > 0) parts.push(`scopes ${scopes.join(' ')}`)
  return parts.join(' and ')
}

function needsOf(required: ReadRequirements): string {
  const parts = required.scopes.length === 0 ? [] : [`scopes ${required.scopes.join(' ')}`]
  if (required.tenant !== null) parts.push(`tenant :${required.tenant}`)
  return [...parts, ...summarizeAssurance(required)].join(', ')
}

function print(roles: readonly string[], rows: Matrix['rows']): string {
  const notes: string[] = []
  const mark = (cell: Cell): string => {
    if (cell === 'yes' || cell === 'no') return cell
    if (!notes.includes(cell)) notes.push(cell)
    return `if ${notes.indexOf(cell) + 1}`
  }
  const table = [
    ['route', ...roles, 'needs'],
    ...rows.map(({ route, cells, needs }) => [route, ...cells.map(mark), needs]),
  ]
  const widths = (table[0] as string[]).map((_, column) =>
    Math.max(...table.map((row) => (row[column] as string).length)),
  )
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  )
  const legend = notes.map((note, index) => `if ${index + 1}: ${note.slice('if '.length)}`)
  return [...lines, ...(legend.length === 0 ? [] : ['', ...legend]), ''].join('\n')
}
