import type { CredentialShape, Mechanism, MechanismReport } from '@latchkey/identity'
import type { Store } from '@latchkey/store'
import { boundedMap, type Outbound } from '@latchkey/tokens'
import { createAdmission, type KnownToken } from './admission.js'
import type { BearerOptions, BearerSettings } from './bearer-options.js'
import { createChallenge } from './challenge.js'
import { createCertificateReader } from './client-certificate.js'
import { createDpopGuard } from './dpop-guard.js'
import { resolveDpop } from './dpop-settings.js'
import { createBearerMechanism } from './mechanism.js'
import { openRevocations, type Revocations } from './revocations.js'
import type { VerifyToken } from './verification.js'

/** Told what goes wrong in the background. */
export type Warn = (error: unknown, message: string) => void

/** What a mechanism of this package says about itself beyond what both have. */
export type PartReport = Pick<
  MechanismReport,
  'type' | 'algorithms' | 'outbound' | 'secretsAtRest'
> & { readonly [detail: string]: unknown }

/** What differs between the mechanisms of this package. */
export interface BearerParts {
  readonly verify: VerifyToken
  readonly outbound: Outbound
  /** Whose tokens they are, where a revocation does not say. */
  readonly issuer: string
  readonly shape?: CredentialShape
  readonly bearerFormat: string
  readonly description: string
  report(): PartReport
  readonly warn: Warn
}

/** A mechanism with what has to be started and stopped. */
export interface Bearer {
  readonly mechanism: Mechanism
  readonly revocations: Revocations | null
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Puts a bearer mechanism together.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, `LATCHKEY_TOKENS_WEAK_SECRET`.
 */
export async function createBearer(
  options: BearerOptions,
  settings: BearerSettings,
  parts: BearerParts,
): Promise<Bearer> {
  const { name, store, clock, cacheSize, maxStale, maxLifetime, whenStale } = settings
  const { verify, outbound, issuer, warn, report, ...appearance } = parts
  const dpop = options.dpop ? await resolveDpop(options.dpop, store as Store, clock) : null
  const certificate = options.mtls ? createCertificateReader(options.mtls) : null
  const revocations =
    store && openRevocations({ store, maxStale, maxLifetime: maxLifetime as number, issuer, clock })
  const isDpopRequired = dpop?.required ?? false

  const admit = createAdmission({
    verify,
    cache: cacheSize === 0 ? null : boundedMap<KnownToken>(cacheSize),
    revocations,
    whenStale,
    possession: { dpop: dpop && createDpopGuard(dpop), isDpopRequired, certificate },
    clock,
  })
  const challenge = createChallenge({
    realm: settings.realm,
    resourceMetadata: settings.resourceMetadata,
    dpopAlgorithms: dpop === null ? undefined : [...dpop.algorithms].join(' '),
    isDpopRequired,
  })

  return {
    revocations,
    mechanism: createBearerMechanism({
      ...appearance,
      name,
      isDpopOffered: dpop !== null,
      admit,
      challenge,
      describe: () => ({
        revocationWindow: store === null ? null : maxStale,
        whenStale: store === null ? null : whenStale,
        dpop: dpop === null ? 'not offered' : isDpopRequired ? 'required' : 'offered',
        mtls: certificate === null ? 'not checked' : 'checked',
        ...report(),
      }),
    }),
    async start() {
      await store?.ready()
      // A store that is down now may be up later: until then `whenStale` decides.
      await revocations?.ready().catch((error) => warn(error, 'Tokens start without the store'))
    },
    async stop() {
      outbound.close()
      await revocations?.close()
    },
  }
}
