// Loads every built package the CommonJS way, on whatever Node runs this: each entry point must
// load, export names, and (for plugins) have the plugin as default too.
const { existsSync, readdirSync } = require('node:fs')
const { join } = require('node:path')

const packages = join(__dirname, '../../packages')
let loaded = 0
for (const folder of readdirSync(packages)) {
  if (!existsSync(join(packages, folder, 'package.json'))) continue
  const manifest = require(join(packages, folder, 'package.json'))
  for (const entry of Object.keys(manifest.exports)) {
    if (entry.endsWith('.json')) continue
    const exported = require(entry === '.' ? manifest.name : join(manifest.name, entry))
    if (Object.keys(exported).length === 0)
      throw new Error(`${manifest.name} ${entry} exports nothing`)
    loaded += 1
  }
  if (manifest.keywords?.includes('fastify-plugin') && manifest.peerDependencies?.fastify) {
    const plugin = require(manifest.name)
    const name = folder.replace(/-(.)/g, (_, letter) => letter.toUpperCase())
    if (typeof plugin[name] !== 'function') throw new Error(`${manifest.name} exports no "${name}"`)
    if (plugin.default !== plugin[name]) throw new Error(`${manifest.name} has another default`)
  }
}
console.log(`require: ${loaded} entry points load on Node ${process.versions.node}`)
