// Type-checks sources and tests of every workspace, then the type promises (tstyche).
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, root, workspaces } from './workspaces.js'

const all = workspaces('packages', 'examples', 'tools').filter((each) =>
  existsSync(join(each.folder, 'tsconfig.json')),
)
if (existsSync(join(root, 'bench/tsconfig.json'))) all.push({ path: 'bench' })
const tsc = join(root, 'node_modules/.bin/tsc')
const faulty = all.filter((each) => attempt(tsc, ['-p', `${each.path}/tsconfig.json`]) === null)

const promises = attempt(join(root, 'node_modules/.bin/tstyche'), [])
if (promises === null) process.exitCode = 1
if (faulty.length > 0) process.exitCode = 1
console.log(
  `types: ${all.length - faulty.length} of ${all.length} workspaces check; ${/Assertions:.*/.exec(promises ?? '')?.[0] ?? 'type promises failed'}`,
)
