import type { Outcome } from '@latchkey/identity'
import { isEqualDigest } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CertificateReader } from './client-certificate.js'
import type { DpopGuard } from './dpop-guard.js'
import { refuseToken } from './refusals.js'
import type { Confirmation } from './verification.js'

/** How possession of what tokens are bound to is proved here. */
export interface Possession {
  readonly dpop: DpopGuard | null
  /** Whether every token must be bound by DPoP. */
  readonly isDpopRequired: boolean
  readonly certificate: CertificateReader | null
}

/** A token as it was presented. */
export interface PresentedToken {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
}

/**
 * Checks that the sender holds what the token is bound to. A token that is bound to something
 * that is not checked here is refused, not taken for an unbound one.
 *
 * @returns `null` when it is so.
 */
export function provePossession(
  { dpop, isDpopRequired, certificate }: Possession,
  { jkt, x5t }: Confirmation,
  { scheme, token }: PresentedToken,
  request: FastifyRequest,
  reply: FastifyReply,
): Outcome | Promise<Outcome> {
  if (x5t !== undefined) {
    if (certificate === null) return refuseToken('confirmation')
    const presented = certificate(request)
    if (presented === null || !isEqualDigest(presented, x5t)) return refuseToken('certificate')
  }
  if (jkt === undefined) {
    return scheme === 'DPoP' || isDpopRequired ? refuseToken('not-bound') : null
  }
  if (dpop === null) return refuseToken('confirmation')
  return scheme === 'DPoP' ? dpop(request, reply, token, jkt) : refuseToken('bound-token')
}
