import { setTimeout } from 'node:timers/promises'
import { publishRevocation } from '@latchkey/identity'
import { sha256Base64url } from '@latchkey/tokens'
import { createAccessTokens, type IssuedToken, newTokenId } from './access-token.js'
import { InvalidRequest, RefreshRefused } from './errors.js'
import type { Grant, TokenDetails } from './grant.js'
import { type Grants, openGrants } from './grants.js'
import type { Issuing } from './issuing.js'
import {
  type Kind,
  kinds,
  mostAhead,
  type Revocations,
  type RevocationTarget,
} from './revocations.js'

/** An access token with the refresh token that gets the next one. */
export interface TokenPair extends IssuedToken {
  readonly refreshToken: string
  /** Seconds until nothing is refreshed any more. */
  readonly refreshExpiresIn: number
}

/** What a refresh may ask for. */
export interface RefreshRequest {
  /** Thumbprint of the DPoP key that the caller proved to hold; needed for bound tokens. */
  readonly jkt?: string
  /** Fewer scopes than the grant has, for this access token only. */
  readonly scopes?: readonly string[]
}

/** Issues, refreshes and revokes the tokens of one registration. */
export interface Tokens {
  /**
   * Issues an access token alone.
   *
   * @throws {FastifyError} `LATCHKEY_JWT_INVALID_REQUEST` when `issue` was not set up, or the
   *   details cannot be issued.
   */
  issue(subject: string, details?: TokenDetails): Promise<IssuedToken>
  /**
   * Issues an access token and a refresh token.
   *
   * @throws {FastifyError} `LATCHKEY_JWT_INVALID_REQUEST` as for `issue`, or without `issue.refresh`.
   */
  issuePair(subject: string, details?: TokenDetails): Promise<TokenPair>
  /**
   * Redeems a refresh token for a new pair. Within the grace the same token gives the same pair
   * again; after it the token was stolen, and its whole family ends.
   *
   * @throws {FastifyError} `LATCHKEY_JWT_REFRESH_REFUSED`
   */
  refresh(refreshToken: string, request?: RefreshRequest): Promise<TokenPair>
  /**
   * Ends what a refresh token stands for, access tokens included: a logout.
   *
   * @returns Whether there was anything to end.
   */
  endGrant(refreshToken: string): Promise<boolean>
  /**
   * Revokes tokens in every process.
   *
   * @param reason A stable code for the log, such as `logout`.
   * @throws {FastifyError} `LATCHKEY_JWT_INVALID_REQUEST` without a store.
   */
  revoke(target: RevocationTarget, reason?: string): Promise<void>
}

// Seconds; more than that is a clock that stands still or is far behind another.
const mostWait = 5

function cannot(state: string): never {
  throw new InvalidRequest(state)
}

function readTarget(target: RevocationTarget): Partial<Record<Kind, string>> {
  const named = target as Partial<Record<Kind, string>>
  const given = kinds.filter((kind) => named[kind] !== undefined)
  const [kind] = given
  if (kind === undefined || given.length > 1 || typeof named[kind] !== 'string' || !named[kind]) {
    cannot('a revocation names exactly one of "jti", "subject", "sid", "clientId" and "kid"')
  }
  return named
}

/** What {@link createTokens} takes. */
export interface TokensOptions {
  readonly mechanism: string
  readonly issuing: Issuing | null
  readonly revocations: Revocations | null
  readonly clock: () => number
}

/** Prepares `app.tokens` of one registration. */
export function createTokens({ mechanism, issuing, revocations, clock }: TokensOptions): Tokens {
  const issueAccess = issuing && createAccessTokens(issuing.access)
  const grants: Grants | null =
    issuing?.refresh && revocations
      ? openGrants({
          ...issuing.refresh,
          issuer: issuing.access.issuer,
          revocations,
          clock,
          onEnd: ({ id, subject }, reason) =>
            publishRevocation({ mechanism, reason, credentialId: id, subject }),
        })
      : null

  /**
   * Now, or the first second after a cut-off that this very second saw. After many of them it waits
   * for that second to come near, since what is dated further ahead no revocation would reach.
   */
  async function timeOfIssue(subject: string, details: TokenDetails): Promise<number> {
    if (issuing === null || revocations === null) return Math.floor(clock())
    const { issuer, clientId } = issuing.access
    const soonest = () => revocations.cutoff(issuer, subject, details.clientId ?? clientId) + 1
    const wait = soonest() - mostAhead - clock()
    if (wait > 0) await setTimeout((Math.min(wait, mostWait) + 0.02) * 1000)
    const now = Math.floor(clock())
    return Math.min(Math.max(now, soonest()), now + mostAhead)
  }

  async function access(
    subject: string,
    details: TokenDetails,
    frame: { jti: string; iat: number; sid?: string },
  ) {
    if (issueAccess === null) return cannot('the option "issue" is not set')
    return issueAccess(subject, details, frame)
  }

  async function pairOf(grant: Grant, scopes?: readonly string[]): Promise<TokenPair> {
    const { refreshToken } = grants as Grants
    const refresh = refreshToken(grant)
    // The same for everybody who gets this generation, so that a repeated answer is the same.
    const frame = {
      jti: sha256Base64url(refresh).slice(0, 22),
      // A login right after a cut-off is dated ahead, and what is refreshed at once is no older.
      iat: Math.floor(Math.max(grant.createdAt, grant.rotatedAt)),
      sid: grant.id,
    }
    const details = scopes === undefined ? grant.details : { ...grant.details, scopes }
    return {
      ...(await access(grant.subject, details, frame)),
      refreshToken: refresh,
      refreshExpiresIn: Math.floor(grant.expiresAt - clock()),
    }
  }

  return {
    async issue(subject, details = {}) {
      const iat = await timeOfIssue(subject, details)
      return access(subject, details, { jti: newTokenId(), iat })
    },
    async issuePair(subject, details = {}) {
      if (grants === null) return cannot('the option "issue.refresh" is not set')
      const now = await timeOfIssue(subject, details)
      return pairOf(await grants.create(subject, details, now))
    },
    async refresh(refreshToken, { jkt, scopes } = {}) {
      if (grants === null) return cannot('the option "issue.refresh" is not set')
      const grant = await grants.refresh(String(refreshToken), jkt)
      const granted = grant.details.scopes ?? []
      if (scopes?.some((scope) => !granted.includes(scope))) {
        throw new RefreshRefused({ cause: 'scope' })
      }
      return pairOf(grant, scopes)
    },
    async endGrant(refreshToken) {
      if (grants === null) return cannot('the option "issue.refresh" is not set')
      return grants.end(String(refreshToken), 'logout')
    },
    async revoke(target, reason = 'revoked') {
      if (revocations === null) return cannot('revoking needs a "store"')
      const named = readTarget(target)
      await revocations.revoke(target)
      const { jti, sid, kid, subject } = named
      publishRevocation({ mechanism, reason, credentialId: jti ?? sid ?? kid, subject })
    },
  }
}
