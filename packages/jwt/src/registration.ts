import type { Mechanism } from '@latchkey/identity'
import {
  type Algorithm,
  algorithms,
  boundedMap,
  createOutbound,
  isSymmetric,
  loadSecrets,
  type Outbound,
  prepareHandleKeys,
} from '@latchkey/tokens'
import { createAdmission, type KnownToken } from './admission.js'
import { createChallenge } from './challenge.js'
import { type CertificateReader, createCertificateReader } from './client-certificate.js'
import { createDpopGuard, type DpopOptions, type DpopSettings } from './dpop-guard.js'
import { InvalidOptions } from './errors.js'
import { type Issuing, prepareIssuing } from './issuing.js'
import { createBearerMechanism } from './mechanism.js'
import { type JwtOptions, resolveOptions, type Settings } from './options.js'
import { openRevocations, type Revocations } from './revocations.js'
import { createTokens, type Tokens } from './tokens.js'
import { prepareIssuer, type TrustedIssuer } from './trusted-issuer.js'
import { createVerification } from './verification.js'

/** Everything of one registration, ready to be put into an application. */
export interface Registration {
  readonly settings: Settings
  readonly mechanism: Mechanism
  readonly tokens: Tokens
  readonly issuing: Issuing | null
  start(): Promise<void>
  stop(): Promise<void>
}

/** Told what goes wrong in the background. */
export type Warn = (error: unknown, message: string) => void

async function resolveDpop(
  options: DpopOptions,
  { store, clock }: Settings,
): Promise<DpopSettings> {
  const { origin, nonceSecret, window = 60, nonceLifetime = 300 } = options
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    throw new InvalidOptions(
      '"dpop.origin" is not the origin of this API, such as "https://api.example.com"',
    )
  }
  const all = (Object.keys(algorithms) as Algorithm[]).filter((one) => !isSymmetric(one))
  const allowed = options.algorithms ?? all.filter((one) => !one.startsWith('RS'))
  if (allowed.some((one) => !all.includes(one))) {
    throw new InvalidOptions('"dpop.algorithms" takes algorithms with key pairs only')
  }
  const secrets = nonceSecret && (await loadSecrets(nonceSecret, 'dpop.nonceSecret'))
  return {
    store: store as NonNullable<typeof store>,
    origin,
    required: options.required ?? false,
    algorithms: new Set(allowed),
    window,
    nonceKeys: secrets ? prepareHandleKeys(secrets) : null,
    nonceLifetime,
    clock,
  }
}

function openSettingsRevocations(settings: Settings): Revocations | null {
  const { store, maxStale, maxLifetime, clock, issuers } = settings
  const [first] = issuers
  if (store === null || first === undefined) return null
  return openRevocations({
    store,
    maxStale,
    maxLifetime: maxLifetime as number,
    issuer: first.issuer,
    clock,
  })
}

function describe(
  settings: Settings,
  issuers: readonly TrustedIssuer[],
  dpop: DpopSettings | null,
) {
  return {
    type: 'jwt',
    revocationWindow: settings.store === null ? null : settings.maxStale,
    algorithms: [...new Set(issuers.flatMap((one) => [...one.algorithms]))],
    outbound: issuers.flatMap((one) => [...one.keys.outbound]),
    secretsAtRest: [...new Set(issuers.map((one) => one.keys.secretsAtRest))].join('; '),
    whenStale: settings.store === null ? null : settings.whenStale,
    dpop: dpop === null ? 'not offered' : dpop.required ? 'required' : 'offered',
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
  const { name, clock, store, cacheSize, maxLength, maxLifetime, whenStale, realm } = settings
  const outbound: Outbound = createOutbound(options.outbound)
  const onError = (error: unknown) => warn(error, 'Keys could not be fetched')
  const context = { outbound, clock, onError }
  const issuers = await Promise.all(settings.issuers.map((one) => prepareIssuer(one, context)))
  const issuing = options.issue ? await prepareIssuing(options.issue, issuers, store) : null
  const dpop = options.dpop ? await resolveDpop(options.dpop, settings) : null
  const certificate: CertificateReader | null = options.mtls
    ? createCertificateReader(options.mtls)
    : null
  const revocations = openSettingsRevocations(settings)

  const admit = createAdmission({
    verify: createVerification({ issuers, mechanism: name, maxLength, maxLifetime, clock }),
    cache: cacheSize === 0 ? null : boundedMap<KnownToken>(cacheSize),
    revocations,
    whenStale,
    possession: {
      dpop: dpop === null ? null : createDpopGuard(dpop),
      isDpopRequired: dpop?.required ?? false,
      certificate,
    },
    clock,
  })

  return {
    settings,
    issuing,
    mechanism: createBearerMechanism({
      name,
      shape: {
        id: `jwt:${settings.issuers.map(({ issuer }) => issuer).join(' ')}`,
        matches: isJwtLike,
      },
      isDpopOffered: dpop !== null,
      admit,
      challenge: createChallenge({
        realm,
        resourceMetadata: settings.resourceMetadata,
        dpopAlgorithms: dpop === null ? undefined : [...dpop.algorithms].join(' '),
        isDpopRequired: dpop?.required ?? false,
      }),
      bearerFormat: 'JWT',
      description: 'A JWT access token',
      describe: () => describe(settings, issuers, dpop),
    }),
    tokens: createTokens({ mechanism: name, issuing, revocations, clock }),
    async start() {
      await store?.ready()
      // A store that is down now may be up later: until then `whenStale` decides.
      await revocations?.ready().catch((error) => warn(error, 'JWTs start without the store'))
    },
    async stop() {
      outbound.close()
      await revocations?.close()
    },
  }
}

/** Headers of tokens are JSON objects, so all begin alike. */
function isJwtLike(credential: string): boolean {
  return credential.startsWith('ey') && credential.includes('.')
}
