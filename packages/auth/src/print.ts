import type { AuthReport, MechanismEntryReport, RouteReport } from './report.js'

/** A table as text cells, the first row its heads. */
export type Cells = readonly (readonly string[])[]

/** The routes of a report as cells. */
export function routeCells(report: AuthReport): Cells {
  const heads = [
    'Methods',
    'URL',
    'Access',
    'Mechanisms',
    'Requirements',
    'Revoked within',
    'Decided by',
  ]
  return [heads, ...report.routes.map(routeRow)]
}

function routeRow(route: RouteReport): string[] {
  return [
    route.methods.join(', '),
    route.url,
    route.access,
    route.ways.map((way) => way.join(' + ')).join(' | '),
    route.requirements,
    route.ways.length === 0 ? '' : duration(route.revocationWindow),
    route.decidedBy,
  ]
}

/** The mechanisms of a report as cells. */
export function mechanismCells(report: AuthReport): Cells {
  const heads = [
    'Mechanism',
    'Type',
    'Ambient',
    'Revoked within',
    'Algorithms',
    'Outbound',
    'At rest',
  ]
  return [heads, ...report.mechanisms.map(mechanismRow)]
}

function mechanismRow(mechanism: MechanismEntryReport): string[] {
  return [
    mechanism.name,
    mechanism.type,
    mechanism.ambient ? 'yes' : 'no',
    duration(mechanism.revocationWindow),
    mechanism.algorithms.join(', '),
    mechanism.outbound.join(', '),
    mechanism.secretsAtRest,
  ]
}

function duration(seconds: number | null): string {
  return seconds === null ? 'at expiry' : `${seconds} s`
}

/** Writes a report as two aligned tables. The same report is always the same text. */
export function printReport(report: AuthReport): string {
  const tables = [routeCells(report), mechanismCells(report)]
  return tables
    .filter((cells) => cells.length > 1)
    .map(align)
    .join('\n\n')
}

function align([heads = [], ...rows]: Cells): string {
  const cells = [heads.map((head) => head.toUpperCase()), ...rows]
  const widths = heads.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] as string).length)),
  )
  return cells
    .map((row) => row.map((cell, column) => (cell || '-').padEnd(widths[column] as number)))
    .map((row) => row.join('  ').trimEnd())
    .join('\n')
}
