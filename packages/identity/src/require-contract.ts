import { InvalidMechanism } from './errors.js'
import type { CredentialSource, Mechanism } from './mechanism.js'

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/
const PLACES: ReadonlySet<string> = new Set([
  'authorization',
  'header',
  'query',
  'cookie',
  'connection',
])
const METHODS = ['authenticate', 'challenge', 'describe'] as const

/**
 * Checks what can be checked of a mechanism before it is asked.
 *
 * @throws {Error} `LATCHKEY_IDENTITY_INVALID_MECHANISM`, saying what is wrong.
 */
export function requireContract(mechanism: Mechanism): void {
  if (typeof mechanism !== 'object' || mechanism === null) fail('?', 'it is not an object')
  const { name, sources, ambient, securityScheme, trustedOrigins = [] } = mechanism
  if (typeof name !== 'string' || !NAME.test(name)) {
    fail(name, '"name" takes letters, digits, ".", "_" and "-", and starts with a letter')
  }
  if (!Array.isArray(sources)) fail(name, '"sources" is not an array')
  for (const source of sources) {
    if (!isSource(source)) fail(name, '"sources" has a member without a known "in" and a name')
  }
  if (typeof ambient !== 'boolean') fail(name, '"ambient" is not a boolean')
  const method = METHODS.find((each) => typeof mechanism[each] !== 'function')
  if (method !== undefined) fail(name, `"${method}" is not a function`)
  if (typeof securityScheme?.type !== 'string') fail(name, '"securityScheme" has no type')
  if (!ambient && sources.some(isSentUnasked)) {
    fail(name, 'it reads what browsers send unasked, so "ambient" must be true')
  }
  for (const origin of trustedOrigins) {
    if (!isOrigin(origin)) {
      fail(name, `the trusted origin "${origin}" is none; write it as "https://app.example.com"`)
    }
  }
}

function isSource(source: CredentialSource): boolean {
  const name = source?.in === 'authorization' ? source.scheme : source?.name
  return PLACES.has(source?.in) && typeof name === 'string' && name !== ''
}

function isSentUnasked(source: CredentialSource): boolean {
  return source.in === 'cookie' || source.in === 'connection'
}

function isOrigin(text: string): boolean {
  return text !== 'null' && URL.canParse(text) && new URL(text).origin === text
}

function fail(name: unknown, what: string): never {
  throw new InvalidMechanism(`Cannot register the mechanism "${name}": ${what}`)
}
