import { type KeyObject, verify } from 'node:crypto'
import { sha256Hex } from '@latchkey/tokens'
import type { FastifyContextConfig, FastifyPluginAsync } from 'fastify'
import type { ApiKeys } from './api-keys.js'
import { LeakReport, LeakSignature } from './errors.js'
import { createKeyFinder, type GithubKey, type GithubKeySource, githubKeys } from './github-keys.js'
import { routeSchemas } from './route-schemas.js'
import { systemClock } from './system-clock.js'

/** Options of the plugin `githubLeakReceiver`. */
export interface GithubLeakReceiverOptions {
  /** Where GitHub posts its alerts to. Default `/`, below the `prefix` of `register`. */
  readonly path?: string
  /** The keys by which alerts are signed, or how to get them. Default: fetched from GitHub. */
  readonly publicKeys?: readonly GithubKey[] | GithubKeySource
  /** Names of the registrations whose keys are looked for. Default: the first only. */
  readonly keys?: readonly string[]
  /** Put as `config.auth` on the route. Default `public`: the signature is the proof. */
  readonly auth?: unknown
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** One match as GitHub reports it. */
interface Match {
  readonly token: string
  readonly type: string
  readonly url?: string
}

/** What GitHub is told of one match. */
interface Feedback {
  readonly token_hash: string
  readonly token_type: string
  readonly label: 'true_positive' | 'false_positive'
}

const MOST_BYTES = 4_194_304

/**
 * Takes GitHub's secret-scanning alerts: verifies the signature over the body as it came, revokes
 * what was found, and answers what was a key and what was not.
 *
 * @see https://docs.github.com/code-security/secret-scanning/secret-scanning-partner-program
 */
export const githubLeakReceiver: FastifyPluginAsync<GithubLeakReceiverOptions> = async (
  app,
  options,
) => {
  const { publicKeys = githubKeys(), clock = systemClock, auth = 'public' } = options
  const source = typeof publicKeys === 'function' ? publicKeys : () => Promise.resolve(publicKeys)
  const findKey = createKeyFinder(source, clock)
  const rings = options.keys?.map((name) => app.apiKeysOf(name)) ?? [app.apiKeys]

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post<{ Body: Buffer }>(
    options.path ?? '/',
    {
      config: { auth } as FastifyContextConfig,
      bodyLimit: MOST_BYTES,
      schema: routeSchemas.leak,
    },
    async (request) => {
      const id = request.headers['github-public-key-identifier']
      const signature = request.headers['github-public-key-signature']
      if (typeof id !== 'string' || typeof signature !== 'string') throw new LeakSignature()
      const key = await findKey(id)
      if (key === null || !isSigned(request.body, signature, key)) throw new LeakSignature()
      return answer(rings, parseMatches(request.body))
    },
  )
}

function isSigned(body: unknown, signature: string, key: KeyObject): boolean {
  return Buffer.isBuffer(body) && verify('sha256', body, key, Buffer.from(signature, 'base64'))
}

function parseMatches(body: Buffer): Match[] {
  let matches: unknown
  try {
    matches = JSON.parse(body.toString())
  } catch (cause) {
    throw new LeakReport({ cause: (cause as Error).name })
  }
  if (!Array.isArray(matches) || !matches.every(isMatch)) throw new LeakReport()
  return matches
}

function isMatch(match: unknown): match is Match {
  if (typeof match !== 'object' || match === null) return false
  const { token, type, url } = match as Record<string, unknown>
  return (
    typeof token === 'string' &&
    typeof type === 'string' &&
    (url === undefined || url === null || typeof url === 'string')
  )
}

async function answer(rings: readonly ApiKeys[], matches: readonly Match[]): Promise<Feedback[]> {
  const feedback: Feedback[] = []
  for (const { token, type, url } of matches) {
    let isKey = false
    for (const ring of rings) {
      const found = await ring.reportLeak(token, { source: 'github', ...(url ? { url } : {}) })
      if (found.length > 0) isKey = true
    }
    feedback.push({
      token_hash: sha256Hex(token),
      token_type: type,
      label: isKey ? 'true_positive' : 'false_positive',
    })
  }
  return feedback
}
