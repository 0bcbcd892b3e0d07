import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The project's root. */
export const root = resolve(import.meta.dirname, '../..')

/**
 * @typedef {object} Workspace
 * @property {string} name The package name.
 * @property {string} folder Absolute.
 * @property {string} path From the root.
 * @property {Record<string, any>} manifest Its package.json.
 */

/**
 * @param {readonly string[]} parents Folders of the root that hold workspaces.
 * @returns {Workspace[]} Every workspace in them.
 */
export function workspaces(...parents) {
  return parents.flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`)
      .filter((path) => existsSync(join(root, path, 'package.json')))
      .sort()
      .map((path) => {
        const folder = join(root, path)
        const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        return { name: manifest.name, folder, path, manifest }
      }),
  )
}

/**
 * Runs a command and shows its output only when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').ExecFileSyncOptions} [options]
 * @returns {string | null} Its output, or `null` when it failed.
 */
export function attempt(command, args, options = {}) {
  try {
    return execFileSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
      ...options,
    }).toString()
  } catch (error) {
    console.error(
      `${command} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error.message}`,
    )
    return null
  }
}
