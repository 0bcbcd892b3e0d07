import t from 'tap'
import { mechanismContract } from '../src/contract.js'
import { badgeHarness } from './fixtures/badge.js'

for (const { name, run } of mechanismContract) t.test(name, async () => run(badgeHarness))
