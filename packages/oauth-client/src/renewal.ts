import { setTimeout as pause } from 'node:timers/promises'
import { randomBase64url } from '@latchkey/tokens'
import { createProver } from './dpop-proof.js'
import { NoTokens, ProofRefused, ProviderRefused, SignInAgain } from './errors.js'
import type { House } from './house.js'
import { verifyIdToken } from './id-token.js'
import type { Provider } from './provider.js'
import { askForTokens } from './token-endpoint.js'
import { loadTokens, replaceTokens, type TokenRecord, type Tokens } from './token-record.js'

/** Longer than a call and a write may take: who holds the lock so long is dead. */
const LOCK = 30
const POLL_MS = 50

function isFresh({ settings }: House, { expiresAt }: Tokens, stale: string | null): boolean {
  if (stale !== null) return false
  return expiresAt === null || expiresAt - settings.renewBefore > settings.now()
}

async function checkSameSubject(
  { settings }: House,
  provider: Provider,
  idToken: string,
  accessToken: string,
  held: Tokens,
): Promise<void> {
  const { now, clockTolerance: leeway } = settings
  const expected = { nonce: null, accessToken, maxAge: null, now: now(), leeway }
  const { issuer, subject } = await verifyIdToken(provider, idToken, expected)
  if (issuer !== held.issuer || subject !== held.subject) {
    throw new ProofRefused({ cause: 'renewed-for-another' })
  }
}

async function askForNew(house: House, provider: Provider, held: Tokens): Promise<Tokens> {
  const { refreshToken, dpopKey } = held
  if (refreshToken === null) throw new SignInAgain({ cause: 'no-refresh-token' })
  const now = house.settings.now()
  const answer = await askForTokens(
    provider,
    { grant_type: 'refresh_token', refresh_token: refreshToken },
    now,
    dpopKey === null ? null : { prover: createProver(dpopKey), now },
  )
  const { idToken, accessToken } = answer
  if (idToken !== null) await checkSameSubject(house, provider, idToken, accessToken, held)
  return {
    ...held,
    accessToken,
    tokenType: answer.tokenType,
    expiresAt: answer.expiresAt,
    // Providers that do not rotate say nothing: then the old one goes on.
    refreshToken: answer.refreshToken ?? refreshToken,
    idToken: idToken ?? held.idToken,
    scopes: answer.scopes ?? held.scopes,
  }
}

/** Whether there is no use in trying again. */
function isFinal(error: unknown): boolean {
  if (error instanceof SignInAgain || error instanceof ProofRefused) return true
  return error instanceof ProviderRefused && error.cause === 'invalid_grant'
}

/** Renews as the one who holds the lock, and gives it back whatever comes of it. */
async function renew(
  house: House,
  provider: Provider,
  key: string,
  { tokens: held }: TokenRecord,
  by: string,
): Promise<Tokens> {
  const { store } = house.settings
  let next: Tokens = held
  try {
    next = await askForNew(house, provider, held)
    return next
  } catch (error) {
    if (!isFinal(error)) throw error
    await store.delete(key)
    throw new SignInAgain({ cause: (error as Error).cause })
  } finally {
    const now = await loadTokens(house, key)
    if (now?.renewing?.by === by) await replaceTokens(house, key, now.version, next, null)
  }
}

/**
 * Gives the tokens of a record, renewed if they end soon. Whichever process takes the lock asks
 * the provider, once; all others wait for what it gets.
 *
 * @param stale An access token that an API has refused: it is renewed whatever its end.
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_NO_TOKENS`, `LATCHKEY_OAUTH_CLIENT_SIGN_IN_AGAIN`,
 *   `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE`, `LATCHKEY_OAUTH_CLIENT_PROVIDER_REFUSED`.
 */
export async function freshTokens(
  house: House,
  provider: Provider,
  key: string,
  stale: string | null,
): Promise<Tokens> {
  const { now } = house.settings
  const by = randomBase64url(12)
  for (;;) {
    const record = await loadTokens(house, key)
    if (record === null) throw new NoTokens({ cause: 'no-tokens' })
    const { tokens, renewing, version } = record
    if (isFresh(house, tokens, tokens.accessToken === stale ? stale : null)) return tokens
    if (renewing === null || renewing.until <= now()) {
      const lock = { by, until: now() + LOCK }
      if (await replaceTokens(house, key, version, tokens, lock)) {
        return renew(house, provider, key, record, by)
      }
    } else await pause(POLL_MS)
  }
}
