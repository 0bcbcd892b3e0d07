import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { CommandError, messageOf } from '../errors.js'
import type { Io } from '../io.js'

const usualNames = ['default', 'app', 'build', 'buildApp', 'createApp', 'buildServer', 'server']

function cannot(path: string, state: string, cause?: unknown): CommandError {
  return new CommandError('LATCHKEY_CLI_APP', `Cannot use the application "${path}": ${state}`, {
    cause,
  })
}

function isInstance(value: unknown): value is FastifyInstance {
  const { inject, ready, register } = (value ?? {}) as Record<string, unknown>
  return [inject, ready, register].every((each) => typeof each === 'function')
}

/** A plugin, as fastify-cli starts them: it is given the application instead of making one. */
function isPlugin(made: FastifyPluginAsync | (() => unknown)): made is FastifyPluginAsync {
  return made.length >= 2 || Symbol.for('skip-override') in made
}

/** What a module exports; of CommonJS that was compiled from TypeScript, what it meant to. */
function exportsOf(module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const inner = module.default as Readonly<Record<string, unknown>> | undefined
  const isNested = typeof inner === 'object' && !isInstance(inner) && inner !== null
  return isNested ? { ...module, default: undefined, ...inner } : module
}

async function importModule(path: string, file: string) {
  try {
    return exportsOf((await import(pathToFileURL(file).href)) as Record<string, unknown>)
  } catch (error) {
    throw cannot(path, `it cannot be imported: ${messageOf(error)}`, error)
  }
}

async function make(exported: unknown): Promise<unknown> {
  if (typeof exported !== 'function') return exported
  const made = exported as FastifyPluginAsync | (() => unknown)
  if (!isPlugin(made)) return made()
  const { default: Fastify } = await import('fastify')
  const app = Fastify()
  await app.register(made)
  return app
}

/**
 * Makes the application that a module exports: a Fastify instance, a promise of one, a function
 * that builds one, or a plugin.
 *
 * @param name The export. Default: the first of the usual ones that there is.
 * @throws {CommandError} `LATCHKEY_CLI_APP`
 */
export async function loadApp(io: Io, path: string, name?: string): Promise<FastifyInstance> {
  const file = resolve(io.cwd, path)
  if (!existsSync(file)) throw cannot(path, 'there is no such file')
  const exported = await importModule(path, file)
  const names = name === undefined ? usualNames : [name]
  const found = names.find((each) => exported[each] !== undefined)
  if (found === undefined) {
    throw cannot(path, `it exports none of ${names.join(', ')}; name one with --export`)
  }
  let made: unknown
  try {
    made = await make(exported[found])
  } catch (error) {
    throw cannot(path, `it does not start: ${messageOf(error)}`, error)
  }
  if (isInstance(made)) return made
  throw cannot(path, `its export "${found}" is no Fastify application, and builds none`)
}
