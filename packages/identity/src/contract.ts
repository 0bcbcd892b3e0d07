import './types.js'
import type { MechanismContractCase } from './contract/harness.js'
import { identityCases } from './contract/identity-cases.js'
import { refusalCases } from './contract/refusal-cases.js'
import { reportCases } from './contract/report-cases.js'

export type {
  BadCredential,
  MechanismContractCase,
  MechanismHarness,
  Presented,
} from './contract/harness.js'

/**
 * What every mechanism promises, as data on `node:assert`, for any test runner:
 *
 * `for (const { name, run } of mechanismContract) test(name, () => run(harness))`
 */
export const mechanismContract: readonly MechanismContractCase[] = Object.freeze([
  ...identityCases,
  ...refusalCases,
  ...reportCases,
])
