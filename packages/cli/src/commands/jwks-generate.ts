import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { generatePrivateJwk, isAlgorithm, isSymmetric, prepareSigningKey } from '@latchkey/tokens'
import { type Command, textOf } from '../command.js'
import { CommandError, messageOf, usage } from '../errors.js'
import { shownOnce } from './key-text.js'

/** `jwks generate` */
export const jwksGenerate: Command = {
  name: 'jwks generate',
  says: 'Make a key pair, and show the private key once, as a JWK set.',
  details:
    'The private set is on standard output only: redirect it into a file that nobody else can read, or pipe it into a secret manager.',
  options: {
    alg: { value: 'name', says: 'The algorithm: ES256, EdDSA, PS256, RS256 ... Default: ES256.' },
    'public-out': {
      value: 'file',
      says: 'Also write the public set, which may be published, here.',
    },
  },
  examples: [
    '(umask 077; latchkey jwks generate --public-out jwks.json > private-jwks.json)',
    'latchkey jwks generate --alg EdDSA | vault kv put secret/jwks value=-',
  ],
  async run(call) {
    const alg = textOf(call, 'alg') ?? 'ES256'
    if (!isAlgorithm(alg) || isSymmetric(alg)) {
      throw usage(`Cannot make a key pair for "${alg}": write ES256, EdDSA, PS256 or RS256`)
    }
    const key = await generatePrivateJwk(alg)
    const file = textOf(call, 'public-out')
    if (file !== undefined) {
      const { publicJwk } = prepareSigningKey(key)
      const text = `${JSON.stringify({ keys: [publicJwk] }, null, 2)}\n`
      try {
        await writeFile(resolve(call.io.cwd, file), text)
      } catch (error) {
        throw new CommandError('LATCHKEY_CLI_REFUSED', `Cannot write the file: ${messageOf(error)}`)
      }
    }
    call.io.note(shownOnce)
    const set = { keys: [key] }
    return { text: JSON.stringify(set, null, 2), data: set }
  },
}
