import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Mechanism } from '@latchkey/identity'
import type { JwtOptions, TrustedIssuerOptions } from '@latchkey/jwt'
import {
  algorithms,
  isAlgorithm,
  isSymmetric,
  type JwkSet,
  parseJsonObject,
} from '@latchkey/tokens'
import { type Answered, askMechanism, findTokenMechanism } from '../app/ask-mechanism.js'
import { nameOption } from '../app/managers.js'
import { type AppPlace, appOptions, appPlace, withApp } from '../app/with-app.js'
import { type Answer, type Call, type Command, isSet, listOf, textOf } from '../command.js'
import { CommandError, messageOf, usage } from '../errors.js'
import { exitCodes } from '../exit-codes.js'
import { readSecret } from '../prompt.js'
import { describeIdentity, identityData } from './identity-text.js'

async function readKeys(call: Call): Promise<TrustedIssuerOptions['keys']> {
  const file = textOf(call, 'jwks')
  if (file === undefined) return { discovery: true }
  const text = await readFile(resolve(call.io.cwd, file), 'utf8').catch(() => '')
  const jwks = parseJsonObject(text)
  if (jwks === null) throw usage(`Cannot read "${file}": it is no JWK set`)
  return { jwks: jwks as unknown as JwkSet }
}

function readAlgorithms(call: Call) {
  const given = listOf(call, 'alg')
  const names = given.length === 0 ? Object.keys(algorithms) : given
  const known = names.filter(isAlgorithm).filter((name) => !isSymmetric(name))
  if (known.length > 0) return known
  throw usage('Cannot read --alg: write names such as ES256 or RS256')
}

/** What is verified without an application: by the keys that an issuer publishes, or a file. */
async function optionsOf(call: Call, issuer: string): Promise<JwtOptions> {
  const audiences = listOf(call, 'audience')
  if (audiences.length === 0 && !isSet(call, 'any-audience')) {
    throw usage('--audience is missing: write whom the token is for, or --any-audience')
  }
  const host = URL.canParse(issuer) ? [new URL(issuer).host] : []
  return {
    issuer,
    audience: audiences.length === 0 ? false : audiences,
    algorithms: readAlgorithms(call),
    keys: await readKeys(call),
    profile: isSet(call, 'any-type') ? 'jwt' : 'at+jwt',
    outbound: { allowPrivate: host },
  }
}

async function verifyByIssuer(options: JwtOptions, token: string): Promise<Answered> {
  const { default: Fastify } = await import('fastify')
  const { jwt } = await import('@latchkey/jwt')
  const scratch = Fastify()
  const ask = async () => {
    await scratch.register(jwt, options)
    await scratch.ready()
    return askMechanism(scratch.mechanisms.find('jwt') as Mechanism, token)
  }
  try {
    return await ask().finally(() => scratch.close())
  } catch (error) {
    throw new CommandError('LATCHKEY_CLI_REFUSED', messageOf(error))
  }
}

function verifyByApp(call: Call, place: AppPlace, token: string): Promise<Answered> {
  return withApp(call.io, place, async (app) => {
    const mechanism = findTokenMechanism(app, textOf(call, 'name'))
    if (mechanism !== null) return askMechanism(mechanism, token)
    throw new CommandError('LATCHKEY_CLI_APP', 'The application has nothing that verifies tokens')
  })
}

function answerOf(outcome: Answered): Answer {
  if ('identity' in outcome) {
    const { identity } = outcome
    const text = `VALID\n${describeIdentity(identity)}`
    return { text, data: { valid: true, identity: identityData(identity) } }
  }
  if ('unavailable' in outcome) {
    const { reason, cause } = outcome.unavailable
    const why = [cause].filter((one) => one !== undefined).map(messageOf)
    const text = [`Cannot verify: ${reason} is not there`, ...why].join(': ')
    throw new CommandError('LATCHKEY_CLI_UNREACHABLE', text)
  }
  const { reason } = outcome.refusal
  const data = { valid: false, reason }
  return { text: `NOT VALID: ${reason}`, data, exitCode: exitCodes.negative }
}

/** `tokens verify` */
export const tokensVerify: Command = {
  name: 'tokens verify',
  says: 'Verify a token, as an application does or by the keys of an issuer.',
  details:
    'The token is read from standard input, or asked for without echo. What is bound to a key (DPoP, mTLS) is refused: the proof is missing.',
  options: {
    ...appOptions,
    name: nameOption,
    issuer: {
      value: 'url',
      says: 'Verify by what this issuer publishes, instead of an application.',
    },
    audience: {
      value: 'audience',
      multiple: true,
      says: 'Whom the token must be for, with --issuer.',
    },
    'any-audience': { says: 'Do not look at whom it is for, with --issuer.' },
    alg: {
      value: 'name',
      multiple: true,
      says: 'Algorithms to accept, with --issuer. Default: all with key pairs.',
    },
    jwks: { value: 'file', says: 'Take the keys from here instead of the issuer.' },
    'any-type': { says: 'Accept other JWTs than access tokens (at+jwt), with --issuer.' },
  },
  examples: [
    'latchkey tokens verify --app ./dist/app.js < token.txt',
    'latchkey tokens verify --issuer https://auth.example.com --audience https://api.example.com',
  ],
  async run(call) {
    const issuer = textOf(call, 'issuer')
    if (issuer !== undefined && textOf(call, 'app') !== undefined) {
      throw usage('Write either --app or --issuer')
    }
    const options = issuer === undefined ? appPlace(call) : await optionsOf(call, issuer)
    const token = await readSecret(call.io, 'Token')
    return answerOf(
      'path' in options
        ? await verifyByApp(call, options, token)
        : await verifyByIssuer(options, token),
    )
  },
}
