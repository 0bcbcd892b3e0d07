import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What tests may need on the machine. */
export type ServiceName = 'redis-server' | 'postgres' | 'chromium'

const programs: Readonly<Record<ServiceName, readonly string[]>> = {
  'redis-server': ['redis-server', 'valkey-server'],
  postgres: ['postgres'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
}

const homeOfPostgres = '/usr/lib/postgresql'

function versionsOfPostgres(): string[] {
  try {
    const versions = readdirSync(homeOfPostgres).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(homeOfPostgres, version, 'bin'))
  } catch {
    return []
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Finds the program of a service: on the PATH, or where Debian puts PostgreSQL.
 *
 * @returns Its path, or `null` when it is not installed.
 */
export function findService(name: ServiceName): string | null {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...(name === 'postgres' ? versionsOfPostgres() : []),
  ]
  const paths = folders.flatMap((folder) => programs[name].map((program) => join(folder, program)))
  return paths.find(isProgram) ?? null
}

/**
 * Says whether tests that need a service can run: give the answer as tap's `skip` option.
 *
 * @returns `false` when the service is there, else the reason to skip, "redis-server not found".
 * @throws {Error} Instead of giving a reason, where `CI=true` or `LATCHKEY_REQUIRE_SERVICES=1`
 *   promises that the services are there.
 */
export function requireService(name: ServiceName): string | false {
  if (findService(name) !== null) return false
  const reason = `${name} not found`
  if (process.env.CI === 'true' || process.env.LATCHKEY_REQUIRE_SERVICES === '1') {
    throw new Error(`Cannot run these tests: ${reason}, and CI or LATCHKEY_REQUIRE_SERVICES is set`)
  }
  return reason
}
