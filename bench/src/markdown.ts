// node dist/markdown.js [results.json [page.md]]: writes docs/performance.md from bench/results.json,
// which is what `npm run -s bench -- --json > bench/results.json` gave.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BenchResults, isSmoke, writePage } from './markdown-page.js'

/** What the groups and reports import, beside Fastify: what figures depend on. */
const measured = [
  'fastify',
  ...['auth', 'authz', 'api-key', 'identity', 'jwt', 'oauth-client', 'oauth-server', 'session']
    .concat(['store', 'store-postgres', 'store-redis', 'tokens'])
    .map((name) => `@latchkey/${name}`),
  ...['auth', 'bearer-auth', 'cookie', 'jwt', 'secure-session', 'session', 'passport'].map(
    (name) => `@fastify/${name}`,
  ),
  ...['jose', 'fast-jwt', 'oidc-provider', '@node-oauth/oauth2-server', '@casl/ability', 'casbin'],
  ...['@cedar-policy/cedar-wasm', 'ioredis', 'pg', '@node-rs/argon2'],
]
const root = resolve(import.meta.dirname, '../..')
const [from = join(root, 'bench/results.json'), to = join(root, 'docs/performance.md')] =
  process.argv.slice(2)
const results = JSON.parse(readFileSync(from, 'utf8')) as BenchResults

if (isSmoke(results.tables)) {
  console.error(`Cannot write ${to}: these are figures of a smoke run`)
  process.exitCode = 1
} else {
  writeFileSync(to, writePage(results, measured.flatMap(findVersion)))
  console.log(`${results.tables.length} tables: ${to}`)
}

function findVersion(name: string): string[] {
  const path = join(root, 'node_modules', name, 'package.json')
  if (!existsSync(path)) return []
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  return [`${name} ${version}`]
}
