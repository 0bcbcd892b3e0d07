import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareMac, randomBase64url } from '@latchkey/tokens'
import type { CommandLine } from './command-line.js'

/** Makes the secret for one purpose out of the one that is kept. */
export type Secrets = (purpose: string) => string

const defaultFolder = fileURLToPath(new URL('../data', import.meta.url))

/**
 * Finds the one secret that everything else is derived from: `SECRET`, else a file that only its
 * owner may read, so that what is stored outlives a restart; for memory a new one.
 */
export function findSecret(options: CommandLine, env: NodeJS.ProcessEnv): string {
  if (env.SECRET !== undefined) return env.SECRET
  const { data, redis, postgres } = options
  if (data === null && redis === null && postgres === null) return randomBase64url(32)
  const folder = data ?? defaultFolder
  const file = join(folder, 'secret')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  mkdirSync(folder, { recursive: true })
  const secret = randomBase64url(32)
  writeFileSync(file, `${secret}\n`, { mode: 0o600 })
  return secret
}

/** @param secret At least 32 bytes. */
export function deriveSecrets(secret: string): Secrets {
  const mac = prepareMac(Buffer.from(secret))
  return (purpose) => mac(`orders platform: ${purpose}`)
}
