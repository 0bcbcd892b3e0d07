import type { Json, Store } from '@latchkey/store'
import { type HandleKeys, issueHandle, parseHandle, randomBase62 } from '@latchkey/tokens'
import { RefreshRefused } from './errors.js'
import { decideRefresh, type Grant, type GrantLives, type TokenDetails } from './grant.js'
import type { Revocations } from './revocations.js'

/** What {@link openGrants} takes. */
export interface GrantsOptions extends GrantLives {
  readonly store: Store
  readonly issuer: string
  readonly prefix: string
  readonly handleKeys: HandleKeys
  /** Seconds. */
  readonly lifetime: number
  readonly renew: ((grant: Grant) => Promise<Partial<TokenDetails> | null>) | null
  readonly revocations: Revocations
  readonly clock: () => number
  /** Told when a grant ends before its time. */
  readonly onEnd: (grant: Grant, reason: string) => void
}

/** The grants of one registration, in the store. */
export interface Grants {
  create(subject: string, details: TokenDetails, now: number): Promise<Grant>
  /**
   * Redeems a refresh token.
   *
   * @param jkt Thumbprint of the key that the caller proved to hold.
   * @returns The grant with its new generation; within the grace, the same again.
   * @throws {FastifyError} `LATCHKEY_JWT_REFRESH_REFUSED`
   */
  refresh(text: string, jkt: string | undefined): Promise<Grant>
  /** Ends the grant of a refresh token of any generation. @returns Whether there was one. */
  end(text: string, reason: string): Promise<boolean>
  /** The refresh token that is valid now. */
  refreshToken(grant: Grant): string
}

interface Found {
  readonly grant: Grant
  readonly version: string
}

const mostTries = 200

function refuse(cause: string): never {
  throw new RefreshRefused({ cause })
}

/** Opens the grants: one record each, and every change one compare-and-set. */
export function openGrants(options: GrantsOptions): Grants {
  const { store, issuer, prefix, handleKeys, lifetime, renew, revocations, clock, onEnd } = options
  const keyOf = (id: string): string => `jwt.grant:${prefix}:${id}`

  async function find(id: string): Promise<Found | null> {
    const record = await store.get(keyOf(id))
    return record && { grant: record.value as unknown as Grant, version: record.version }
  }

  function write({ version }: Found, grant: Grant): Promise<boolean> {
    return store.replace(keyOf(grant.id), version, grant as unknown as Json)
  }

  async function endGrant(found: Found, reason: string): Promise<void> {
    const { id } = found.grant
    // First what makes access tokens die, and this grant be refused, even if we stop in between.
    await revocations.revoke({ sid: id, issuer })
    for (let now: Found | null = found; now !== null && now.grant.ended === null; ) {
      if (await write(now, { ...now.grant, ended: reason })) return onEnd(now.grant, reason)
      now = await find(id)
    }
  }

  async function checkNotRevoked({ id, subject, details, createdAt }: Grant): Promise<void> {
    const { clientId } = details
    const marks = {
      issuer,
      subject,
      clientId,
      sid: id,
      iat: createdAt,
      jti: undefined,
      kid: undefined,
    }
    if ((await revocations.look(marks)) !== null) refuse('revoked')
  }

  async function renewed(found: Found, next: Grant): Promise<Grant> {
    const changes = renew === null ? {} : await renew(found.grant)
    if (changes !== null) return { ...next, details: { ...next.details, ...changes } }
    await endGrant(found, 'not-renewed')
    return refuse('not-renewed')
  }

  async function redeem(found: Found, generation: number): Promise<Grant | null> {
    const transition = decideRefresh(found.grant, generation, options, clock())
    if ('refused' in transition) return refuse(transition.refused)
    if ('again' in transition) return transition.again
    if ('reused' in transition) {
      await endGrant(found, 'reuse')
      return refuse('reuse')
    }
    const next = await renewed(found, transition.next)
    return (await write(found, next)) ? next : null
  }

  return {
    async create(subject, details, now) {
      const expiresAt = now + lifetime
      const grant: Grant = {
        id: randomBase62(),
        subject,
        details,
        generation: 0,
        createdAt: now,
        rotatedAt: now,
        expiresAt,
        ended: null,
      }
      await store.create(keyOf(grant.id), grant as unknown as Json, { expiresAt })
      return grant
    },
    async refresh(text, jkt) {
      const handle = parseHandle(text, prefix, handleKeys, clock())
      if (handle === null) return refuse('forged')
      for (let tries = 0; tries < mostTries; tries += 1) {
        const found = await find(handle.id)
        if (found === null) return refuse('unknown')
        if (found.grant.details.jkt !== jkt) return refuse('binding')
        if (tries === 0) await checkNotRevoked(found.grant)
        const grant = await redeem(found, handle.generation)
        if (grant !== null) return grant
      }
      return refuse('contention')
    },
    async end(text, reason) {
      const handle = parseHandle(text, prefix, handleKeys, clock())
      const found = handle && (await find(handle.id))
      if (found === null) return false
      await endGrant(found, reason)
      return true
    },
    refreshToken({ id, generation }) {
      return issueHandle(prefix, { id, generation }, handleKeys, clock())
    },
  }
}
