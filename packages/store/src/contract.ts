import { argumentTests } from './contract/arguments.js'
import { counterTests } from './contract/counters.js'
import { expiryTests } from './contract/expiry.js'
import { feedTests } from './contract/feeds.js'
import type { ContractTest } from './contract/harness.js'
import { indexTests } from './contract/indexes.js'
import { raceTests } from './contract/races.js'
import { recordTests } from './contract/records.js'

export type { ContractHarness, ContractTest } from './contract/harness.js'

/** What a store must do to be one, as data: run each test under the runner that you have. */
export const storeContract: readonly ContractTest[] = [
  ...recordTests,
  ...expiryTests,
  ...raceTests,
  ...indexTests,
  ...counterTests,
  ...feedTests,
  ...argumentTests,
]
