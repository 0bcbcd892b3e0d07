import { createOutbound } from '@latchkey/tokens'
import { type Bearer, createBearer, type Warn } from './bearer.js'
import { type Issuing, prepareIssuing } from './issuing.js'
import { type JwtOptions, resolveOptions, type Settings } from './options.js'
import { createTokens, type Tokens } from './tokens.js'
import { prepareIssuer, type TrustedIssuer } from './trusted-issuer.js'
import { createVerification } from './verification.js'

/** Everything of one registration, ready to be put into an application. */
export interface Registration extends Omit<Bearer, 'revocations'> {
  readonly settings: Settings
  readonly tokens: Tokens
  readonly issuing: Issuing | null
}

/** Headers of tokens are JSON objects, so all begin alike. */
function isJwtLike(credential: string): boolean {
  return credential.startsWith('ey') && credential.includes('.')
}

function report(issuers: readonly TrustedIssuer[]) {
  return {
    type: 'jwt',
    algorithms: [...new Set(issuers.flatMap((one) => [...one.algorithms]))],
    outbound: issuers.flatMap((one) => [...one.keys.outbound]),
    secretsAtRest: [...new Set(issuers.map((one) => one.keys.secretsAtRest))].join('; '),
    issuers: issuers.map(({ rules, profile, keys }) => ({
      issuer: rules.issuer,
      audience: rules.audience,
      profile,
      clockTolerance: rules.leeway,
      ...keys.describe(),
    })),
  }
}

/**
 * Sets up one registration.
 *
 * @throws {FastifyError} When an option is missing or unsound; the message says what to write.
 */
export async function createRegistration(options: JwtOptions, warn: Warn): Promise<Registration> {
  const settings = resolveOptions(options)
  const { name: mechanism, clock, store, maxLength, maxLifetime } = settings
  const outbound = createOutbound(options.outbound)
  const onError = (error: unknown) => warn(error, 'Keys could not be fetched')
  const onAdvice = (advice: string) => warn({ mechanism }, advice)
  const context = { outbound, clock, onError, onAdvice }
  const issuers = await Promise.all(settings.issuers.map((one) => prepareIssuer(one, context)))
  const issuing = options.issue ? await prepareIssuing(options.issue, issuers, store) : null
  const names = settings.issuers.map(({ issuer }) => issuer)
  const { revocations, ...bearer } = await createBearer(options, settings, {
    verify: createVerification({ issuers, mechanism, maxLength, maxLifetime, clock }),
    outbound,
    issuer: settings.issuers[0].issuer,
    shape: { id: `jwt:${names.join(' ')}`, matches: isJwtLike },
    bearerFormat: 'JWT',
    description: 'A JWT access token',
    report: () => report(issuers),
    warn,
  })
  const tokens = createTokens({ mechanism, issuing, revocations, clock })
  return { ...bearer, settings, issuing, tokens }
}
