// Looks at every publishable package as npm would ship it: publint, arethetypeswrong, its files,
// and require() from CommonJS.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { attempt, root, workspaces } from './workspaces.js'

const published = workspaces('packages').filter((each) => each.manifest.private !== true)
let faults = 0
for (const each of published) {
  for (const key of ['description', 'license', 'engines', 'exports', 'files', 'type', 'version']) {
    if (each.manifest[key] === undefined) fault(each, `package.json has no "${key}"`)
  }
  const { messages } = await publint({ pkgDir: each.folder, strict: true })
  for (const message of messages) fault(each, formatMessage(message, each.manifest))
  checkFiles(each)
  checkTypes(each)
}
const required = attempt(process.execPath, [join(root, 'tools/house/import-built.cjs')])
if (required === null) faults += 1
else console.log(required.trim())
console.log(`packaging: ${published.length} packages, ${faults} faults`)
process.exitCode = faults === 0 ? 0 : 1

function checkFiles(each) {
  const listed = attempt('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: each.folder,
  })
  if (listed === null) return fault(each, 'npm pack failed')
  const files = JSON.parse(listed)[0].files.map((file) => file.path)
  for (const wanted of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.includes(wanted)) fault(each, `ships no ${wanted}`)
  }
  for (const file of files) {
    if (/^(src|test)\/|tsbuildinfo|\.tap\//.test(file)) fault(each, `ships ${file}`)
  }
}

function checkTypes(each) {
  const packed = attempt('npm', ['pack', '--json', '--ignore-scripts'], { cwd: each.folder })
  if (packed === null) return fault(each, 'npm pack failed')
  const tarball = join(each.folder, JSON.parse(packed)[0].filename)
  const attw = join(root, 'node_modules/.bin/attw')
  if (attempt(attw, [tarball, '--profile', 'esm-only', '--no-emoji']) === null) {
    fault(each, 'its types are wrong')
  }
  rmSync(tarball)
}

function fault(each, message) {
  faults += 1
  console.error(`${each.name}: ${message}`)
}
