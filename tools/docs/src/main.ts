// npm run docs [-- folder]: builds the site into docs/.site, or the folder that is named.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findDeadLinks } from './faults.js'
import { buildReference } from './reference.js'
import { writeSite } from './site.js'
import { findSources } from './sources.js'

const root = resolve(import.meta.dirname, '../../..')
const folder = resolve(process.argv[2] ?? join(root, 'docs/.site'))
const reference = await buildReference(root, readdirSync(join(root, 'packages')).sort())
const sections = [...findSources(root), { title: 'Reference', isFolded: true, pages: reference }]
const dead = findDeadLinks(
  root,
  sections.flatMap((section) => section.pages),
)
for (const link of dead) console.error(`dead link: ${link}`)
console.log(`${writeSite(root, folder, sections)} pages: ${join(folder, 'index.html')}`)
if (dead.length > 0) process.exitCode = 1
