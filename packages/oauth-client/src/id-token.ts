import { createHash } from 'node:crypto'
import {
  algorithms,
  findClaimRefusal,
  isEqualDigest,
  isEqualSecret,
  isSignedBy,
  isSymmetric,
  type JsonObject,
  type Jws,
  parseJws,
  parseJwsClaims,
} from '@latchkey/tokens'
import { ProofRefused, ProviderUnavailable } from './errors.js'
import type { Provider } from './provider.js'
import { endpointsOf } from './provider-call.js'

/** What an ID token must fit beside its issuer and audience. */
export interface IdTokenExpectations {
  /** `null` for the tokens that come with a refresh. */
  readonly nonce: string | null
  readonly accessToken: string
  readonly maxAge: number | null
  readonly now: number
  readonly leeway: number
}

/** Claims of a token of the provider, verified. */
export interface ProvenClaims {
  readonly issuer: string
  readonly claims: JsonObject
}

/** Why a token of a provider is not believed. */
export type ProofFault = (reason: string) => never

const LONGEST = 16_384

async function checkSignature(provider: Provider, jws: Jws, fault: ProofFault): Promise<void> {
  const { alg, kid } = jws.header
  const { idTokenAlgorithms } = await endpointsOf(provider)
  const offered = idTokenAlgorithms.length === 0 ? ['RS256'] : idTokenAlgorithms
  if (isSymmetric(alg) || !offered.includes(alg)) fault('algorithm')
  const key = await provider.keys?.find(alg, kid)
  if (key === 'unavailable') throw new ProviderUnavailable({ cause: 'keys' })
  if (!key) return fault('unknown-key')
  if (!isSignedBy(jws, key)) fault('signature')
}

/** Who has signed it, exactly; where the provider has many issuers, the one that it names. */
function issuerOf({ options }: Provider, claims: JsonObject, fault: ProofFault): string {
  const issuer = options.issuerOf === undefined ? options.issuer : options.issuerOf(claims)
  return issuer ?? fault('tenant')
}

/**
 * Verifies what all tokens of a provider to us have in common: signature by its published keys,
 * issuer, audience, times.
 *
 * @param types Values of `typ` that are accepted, in lower case; `undefined` for none at all.
 * @param fault Throws what is to be thrown.
 */
export async function verifyToken(
  provider: Provider,
  text: string,
  types: readonly (string | undefined)[],
  { now, leeway }: { readonly now: number; readonly leeway: number },
  fault: ProofFault,
): Promise<ProvenClaims> {
  const jws = parseJws(text, LONGEST)
  if (typeof jws === 'string') return fault(jws)
  if (!types.includes(jws.header.typ)) fault('type')
  await checkSignature(provider, jws, fault)
  const claims = parseJwsClaims(jws)
  if (claims === null) return fault('malformed-claims')
  const issuer = issuerOf(provider, claims, fault)
  const { clientId } = provider.options
  const refusal = findClaimRefusal(claims, { issuer, audience: [clientId], leeway }, now)
  if (refusal !== null) fault(refusal)
  if (claims.iat === undefined) fault('no-issue-time')
  return { issuer, claims }
}

function checkParty({ aud, azp }: JsonObject, clientId: string, fault: ProofFault): void {
  if (azp !== undefined && azp !== clientId) fault('authorized-party')
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) fault('authorized-party')
}

/** OpenID Connect Core §3.1.3.6: the left half of the digest that the algorithm signs. */
function checkAccessToken(jws: Jws, accessToken: string, claimed: unknown, fault: ProofFault) {
  if (claimed === undefined) return
  const { hash } = algorithms[jws.header.alg]
  const digest = createHash(hash ?? 'sha512')
    .update(accessToken)
    .digest()
  const half = digest.subarray(0, digest.length / 2).toString('base64url')
  if (typeof claimed !== 'string' || !isEqualDigest(claimed, half)) fault('access-token-hash')
}

function checkAge(authTime: unknown, expected: IdTokenExpectations, fault: ProofFault): void {
  const { maxAge, now, leeway } = expected
  if (
    authTime !== undefined &&
    (!Number.isFinite(authTime) || (authTime as number) > now + leeway)
  ) {
    fault('auth-time')
  }
  if (maxAge === null) return
  if (authTime === undefined || now - (authTime as number) > maxAge + leeway) fault('auth-time')
}

/**
 * Validates an ID token (OpenID Connect Core §3.1.3.7).
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_PROOF_REFUSED`, the reason as its cause;
 *   `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE` when its keys cannot be had.
 */
export async function verifyIdToken(
  provider: Provider,
  text: string,
  expected: IdTokenExpectations,
): Promise<ProvenClaims & { readonly subject: string }> {
  const fault: ProofFault = (reason) => {
    throw new ProofRefused({ cause: reason })
  }
  const proven = await verifyToken(provider, text, [undefined, 'jwt'], expected, fault)
  const { claims } = proven
  const { sub, nonce, at_hash, auth_time } = claims
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) return fault('subject')
  checkParty(claims, provider.options.clientId, fault)
  if (expected.nonce !== null) {
    if (typeof nonce !== 'string' || !isEqualSecret(nonce, expected.nonce)) fault('nonce')
  }
  checkAccessToken(parseJws(text, LONGEST) as Jws, expected.accessToken, at_hash, fault)
  checkAge(auth_time, expected, fault)
  return { ...proven, subject: sub }
}
