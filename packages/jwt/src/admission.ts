import type { Identity, Outcome } from '@latchkey/identity'
import type { RevocationPolicy } from '@latchkey/store'
import { type BoundedMap, sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Possession, type PresentedToken, provePossession } from './possession.js'
import { refuseToken, tokenUnavailable, unavailableWhenDown } from './refusals.js'
import type { Revocations } from './revocations.js'
import type { Verdict, VerifiedToken } from './verification.js'

/** A verified token in memory. */
export interface KnownToken {
  readonly verified: VerifiedToken
  readonly outcome: { readonly identity: Identity }
  /** What {@link Revocations.heard} was when the token was last held against it. */
  heard: number
}

/** What decides about presented tokens. */
export interface AdmissionOptions {
  readonly verify: (token: string, now: number) => Verdict | Promise<Verdict>
  /** `null` remembers nothing. */
  readonly cache: BoundedMap<KnownToken> | null
  readonly revocations: Revocations | null
  readonly whenStale: RevocationPolicy
  readonly possession: Possession
  readonly clock: () => number
}

/** Decides about a presented token. */
export type Admit = (
  presented: PresentedToken,
  request: FastifyRequest,
  reply: FastifyReply,
) => Outcome | Promise<Outcome>

/** Prepares the way of a token: memory or verification, then revocation, then possession. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { verify, cache, possession, clock } = options
  const { revocations, whenStale } = options

  function remember(digest: string, verified: VerifiedToken): KnownToken {
    const known = { verified, outcome: { identity: verified.identity }, heard: -1 }
    cache?.set(digest, known)
    return known
  }

  function admitKnown(
    known: KnownToken,
    digest: string,
    presented: PresentedToken,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Outcome | Promise<Outcome> {
    if (revocations !== null) {
      if (known.heard !== revocations.heard) {
        const reason = revocations.find(known.verified.marks)
        if (reason !== null) {
          cache?.delete(digest)
          return refuseToken(reason, known.verified.identity.credentialId)
        }
        known.heard = revocations.heard
      }
      if (revocations.isStale()) return admitStale(revocations, known, presented, request, reply)
    }
    return finish(known, presented, request, reply)
  }

  function admitStale(
    { look }: Revocations,
    known: KnownToken,
    presented: PresentedToken,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Outcome | Promise<Outcome> {
    const policy = request.routeOptions.config.jwt?.whenStale ?? whenStale
    if (policy === 'open') return finish(known, presented, request, reply)
    if (policy === 'closed') return tokenUnavailable('store')
    return look(known.verified.marks).then(
      (reason) =>
        reason === null
          ? finish(known, presented, request, reply)
          : refuseToken(reason, known.verified.identity.credentialId),
      unavailableWhenDown,
    )
  }

  function finish(
    { verified, outcome }: KnownToken,
    presented: PresentedToken,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Outcome | Promise<Outcome> {
    const { confirmation } = verified
    const proved = provePossession(possession, confirmation, presented, request, reply)
    if (proved === null) return outcome
    return proved instanceof Promise ? proved.then((refused) => refused ?? outcome) : proved
  }

  function settle(
    verdict: Verdict,
    digest: string,
    presented: PresentedToken,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Outcome | Promise<Outcome> {
    if (verdict === 'unavailable') return tokenUnavailable('keys')
    if (typeof verdict === 'string') return refuseToken(verdict)
    return admitKnown(remember(digest, verdict), digest, presented, request, reply)
  }

  return (presented, request, reply) => {
    const now = clock()
    const digest = cache === null ? '' : sha256Base64url(presented.token)
    const known = cache?.get(digest)
    if (known !== undefined && now < known.verified.until) {
      return admitKnown(known, digest, presented, request, reply)
    }
    const verdict = verify(presented.token, now)
    return verdict instanceof Promise
      ? verdict.then((late) => settle(late, digest, presented, request, reply))
      : settle(verdict, digest, presented, request, reply)
  }
}
