import { parseBase64url, parseJsonBytes } from '@latchkey/tokens'
import type { Command } from '../command.js'
import { CommandError } from '../errors.js'
import { showInstant } from '../instant.js'
import { readSecret } from '../prompt.js'

type Parts = Readonly<Record<string, unknown>>

/** What a token says of itself, without the signature: as printed, it is none any more. */
export function decodeToken(token: string): { readonly header: Parts; readonly payload: Parts } {
  const parts = token.split('.')
  const [header, payload] = parts.slice(0, 2).map((part) => {
    const bytes = parseBase64url(part)
    return bytes === null ? null : parseJsonBytes(bytes)
  })
  if (parts.length === 3 && header && payload) return { header, payload }
  const what =
    parts.length === 5
      ? 'it is encrypted'
      : 'it is no JWT of three parts; opaque tokens are known to their server only'
  throw new CommandError('LATCHKEY_CLI_REFUSED', `Cannot decode the token: ${what}`)
}

function timesOf(payload: Parts): string[] {
  return ['iat', 'nbf', 'exp', 'auth_time'].flatMap((name) => {
    const value = payload[name]
    const isInstant = typeof value === 'number' && Math.abs(value) < 1e11
    return isInstant ? [`${name.padEnd(9)}  ${showInstant(Math.floor(value))}`] : []
  })
}

/** `tokens decode` */
export const tokensDecode: Command = {
  name: 'tokens decode',
  says: 'Show what a JWT says of itself. Nothing of it is verified.',
  details: 'The token is read from standard input, or asked for without echo.',
  options: {},
  examples: ['pbpaste | latchkey tokens decode', 'latchkey tokens decode --json < token.txt'],
  async run({ io }) {
    const decoded = decodeToken(await readSecret(io, 'Token'))
    io.note('Not verified: anybody can write such a token.\n')
    const { header, payload } = decoded
    const text = [
      `header ${JSON.stringify(header, null, 2)}`,
      `payload ${JSON.stringify(payload, null, 2)}`,
      timesOf(payload).join('\n'),
    ]
    return { text: text.filter(Boolean).join('\n\n'), data: { ...decoded, verified: false } }
  },
}
