// Builds everything, runs the tests of every workspace, then counts what really ran.
// Ends with "N passed, N failed"; arguments go to turbo, such as --filter=@latchkey/jwt.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, workspaces } from './workspaces.js'

const tested = workspaces('packages', 'examples', 'tools').filter(
  (each) => each.manifest.scripts?.test,
)
const outputOf = (workspace) => join(workspace.folder, '.tap/output.tap')
for (const workspace of tested) rmSync(outputOf(workspace), { force: true })

const built = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b'], {
  cwd: root,
  stdio: 'inherit',
})
if (built.status !== 0) {
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const turbo = spawnSync(
  join(root, 'node_modules/.bin/turbo'),
  ['run', 'test', '--continue', '--concurrency=1', '--output-logs=full', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } },
)

const isFiltered = process.argv.some((argument) => argument.startsWith('--filter'))
const sum = { pass: 0, fail: 0, skip: 0 }
for (const workspace of tested) {
  const file = outputOf(workspace)
  if (!existsSync(file)) {
    if (isFiltered) continue
    sum.fail += 1
    console.log(`${workspace.name}: no test ran`)
    continue
  }
  const counts = count(readFileSync(file, 'utf8'))
  for (const key of ['pass', 'fail', 'skip']) sum[key] += counts[key]
  const skipped = counts.skip > 0 ? `, ${counts.skip} skipped` : ''
  console.log(`${workspace.name}: ${counts.pass} passed, ${counts.fail} failed${skipped}`)
}
const failed = turbo.status === 0 ? sum.fail : Math.max(sum.fail, 1)
console.log(`${sum.pass} passed, ${failed} failed${sum.skip > 0 ? `, ${sum.skip} skipped` : ''}`)
process.exitCode = turbo.status === 0 && failed === 0 ? 0 : 1

function count(tap) {
  const totals = [...tap.matchAll(/^# (\{ total: .*\})$/gm)].at(-1)?.[1] ?? ''
  const figure = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0)
  if (totals === '') return { pass: 0, fail: 1, skip: 0 }
  return { pass: figure('pass'), fail: figure('fail'), skip: figure('skip') }
}
