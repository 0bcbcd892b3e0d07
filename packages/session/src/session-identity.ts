import { createIdentity, type Identity } from '@latchkey/identity'
import type { Login, SessionRecord } from './record.js'
import { endOf, type Timeouts } from './timeouts.js'

/** Under which names sessions vouch. */
export interface Voucher extends Timeouts {
  readonly name: string
  readonly issuer: string
}

/**
 * Turns a login into the identity of a request.
 *
 * @param isPrevious Whether the request came with the token before a rotation. Such a token proves
 *   who it is, but not how recently or how strongly: it may be what somebody stole before the
 *   login was made stronger.
 */
export function sessionIdentity(
  id: string,
  record: SessionRecord,
  login: Login,
  now: number,
  voucher: Voucher,
  isPrevious = false,
): Identity {
  const { acr, amr } = isPrevious ? NO_ASSURANCE : assuranceOf(login, now)
  return createIdentity({
    subject: login.subject,
    issuer: voucher.issuer,
    kind: login.kind,
    mechanism: voucher.name,
    credentialId: id,
    tenant: login.tenant,
    scopes: login.scopes,
    roles: login.roles,
    authTime: isPrevious ? undefined : login.authTime,
    expiresAt: endOf(record, voucher),
    acr,
    amr,
    claims: login.claims,
  })
}

const NO_ASSURANCE = { acr: undefined, amr: undefined }

function assuranceOf({ acr, amr, elevation }: Login, now: number) {
  if (elevation === undefined || now >= elevation.until) return { acr, amr }
  return {
    acr: elevation.acr ?? acr,
    amr: [...new Set([...(amr ?? []), ...(elevation.amr ?? [])])],
  }
}
