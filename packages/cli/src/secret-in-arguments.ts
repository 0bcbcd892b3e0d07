import { CommandError } from './errors.js'

const wrongNames = /^--?(?:token|secret|client-secret|password|pass|api-key|key|jwt|pepper)(?:=|$)/i
const shapes: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/, 'a token'],
  [/[a-z0-9]_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b/, 'an API key'],
  [/\w:\/\/[^/\s@]*:[^/\s@]+@/, 'a URL with a password'],
  [/"(?:d|k)"\s*:\s*"[\w-]{16,}"|-----BEGIN [A-Z ]*PRIVATE KEY/, 'a private key'],
]

/**
 * Refuses arguments that hold a secret: the history of the shell keeps them, and whoever lists the
 * processes of the machine reads them. The message does not repeat what it found.
 *
 * @throws {CommandError} `LATCHKEY_CLI_SECRET_IN_ARGUMENTS`
 */
export function refuseSecrets(argv: readonly string[]): void {
  const named = argv.map((text) => wrongNames.exec(text)?.[0].replace(/=$/, '')).find(Boolean)
  const found = shapes.find(([shape]) => argv.some((text) => shape.test(text)))?.[1]
  if (named === undefined && found === undefined) return
  const what = found ?? `"${named}"`
  throw new CommandError(
    'LATCHKEY_CLI_SECRET_IN_ARGUMENTS',
    `Cannot take ${what} as an argument: the shell's history and every user of the machine could read it. Give tokens and secrets on standard input (or when asked), and URLs in the environment: LATCHKEY_REDIS_URL, LATCHKEY_POSTGRES_URL`,
  )
}
