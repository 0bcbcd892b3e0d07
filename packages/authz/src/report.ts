import type { DecidedRoute } from './check.js'
import { type LintFinding, type LintOptions, lintPolicy } from './lint.js'
import { createMatrix, type Matrix, type MatrixOptions } from './matrix.js'
import type { Policy } from './policy.js'
import { describePolicy, type PolicyReport } from './policy-report.js'

/** What the application can tell about its authorization. */
export interface AuthzReport {
  readonly policy: Policy
  /** Rules, roles, fields and routes as data, for documentation and audits. */
  describe(): PolicyReport
  /** Who may call which route, by role; its text is fit for a snapshot. */
  matrix(options?: MatrixOptions): Matrix
  /** Looks for rules that decide nothing and permissions that nobody has. */
  lint(options?: LintOptions): readonly LintFinding[]
}

/** Makes what `app.authz` is. */
export function createReport(policy: Policy, routes: readonly DecidedRoute[]): AuthzReport {
  return {
    policy,
    describe: () => describePolicy(policy, routes),
    matrix: (options = {}) => createMatrix(policy, routes, options),
    lint: (options) => lintPolicy(policy, options),
  }
}
