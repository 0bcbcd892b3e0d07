import {
  type Challenge,
  type CredentialSource,
  createIdentity,
  type IdentityParts,
  type Mechanism,
  type MechanismReport,
  type Outcome,
  readAuthorization,
  type SecurityScheme,
} from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidOptions } from './errors.js'

/** A function as `@fastify/auth` composes them: it calls `done`, or returns a promise. */
export type FastifyAuthFunction = (
  this: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => unknown

/** Where such a function finds its credential. */
export type FastifyAuthSource = Exclude<CredentialSource, { in: 'connection' }>

/** What the function does not say of itself. */
export interface FromFastifyAuthOptions {
  /** What routes write. */
  readonly name: string
  /** Where it finds its credential; a request without it is not handed to the function. */
  readonly source: FastifyAuthSource
  /** Who it is, once the function has passed the request: read what it left there. */
  readonly identify: (request: FastifyRequest) => Omit<IdentityParts, 'mechanism'>
  /** What a 401 offers. Default: the bare scheme of a source in `authorization`, else nothing. */
  readonly challenge?: Challenge
  /** Default: what can be told from the source. */
  readonly securityScheme?: SecurityScheme
  /** For reports. Default: nothing is known. */
  readonly report?: Partial<MechanismReport>
}

/**
 * Turns a function written for `@fastify/auth` into a mechanism.
 *
 * An error of the function is a refusal, one with a `statusCode` of 500 or more an outage. The
 * function runs in `onRequest`: one that reads the body has to be rewritten.
 *
 * @throws {Error} `LATCHKEY_AUTH_INVALID_OPTIONS`.
 */
export function fromFastifyAuth(
  fn: FastifyAuthFunction,
  options: FromFastifyAuthOptions,
): Mechanism {
  const { name, source, identify } = options
  if (typeof fn !== 'function') throw wrong('what is handed over is not a function')
  if (typeof identify !== 'function') throw wrong('"identify" is not a function')
  if (source === undefined) throw wrong('"source" is missing; write where it finds its credential')
  const challenge = options.challenge ?? challengeOf(source)
  return {
    name,
    sources: [source],
    ambient: source.in === 'cookie',
    securityScheme: options.securityScheme ?? securitySchemeOf(source),
    challenge: () => challenge,
    authenticate(request, reply) {
      if (!isPresented(request, source)) return null
      return run(fn, request, reply).then(
        () => ({ identity: createIdentity({ ...identify(request), mechanism: name }) }),
        readError,
      )
    },
    describe: () => ({
      type: 'fastify-auth',
      revocationWindow: null,
      algorithms: [],
      outbound: [],
      secretsAtRest: 'unknown',
      ...options.report,
    }),
  }
}

function run(fn: FastifyAuthFunction, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error === undefined || error === null) resolve()
      else reject(error)
    }
    const pending = fn.call(request.server, request, reply, done) as PromiseLike<void> | undefined
    if (typeof pending?.then === 'function') pending.then(() => resolve(), reject)
  })
}

function readError(error: { statusCode?: unknown }): Outcome {
  if (Number(error.statusCode) >= 500) return { unavailable: { reason: 'function', cause: error } }
  return { refusal: { reason: 'function' } }
}

function isPresented(request: FastifyRequest, source: FastifyAuthSource): boolean {
  if (source.in === 'authorization') return readAuthorization(request, source.scheme) !== null
  if (source.in === 'header') return request.headers[source.name.toLowerCase()] !== undefined
  if (source.in === 'query') {
    return (request.query as Record<string, unknown>)[source.name] !== undefined
  }
  const cookies = (request.headers.cookie ?? '').split(';')
  return cookies.some((cookie) => cookie.trimStart().startsWith(`${source.name}=`))
}

function challengeOf(source: FastifyAuthSource): Challenge | null {
  return source.in === 'authorization' ? { scheme: source.scheme, params: {} } : null
}

function securitySchemeOf(source: FastifyAuthSource): SecurityScheme {
  if (source.in === 'authorization') return { type: 'http', scheme: source.scheme.toLowerCase() }
  return { type: 'apiKey', in: source.in, name: source.name }
}

function wrong(what: string): Error {
  return new InvalidOptions(`Cannot make a mechanism of the function: ${what}`)
}
