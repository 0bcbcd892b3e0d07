import { createIdentity, type Identity } from '@latchkey/identity'
import { InvalidLogin } from './errors.js'
import type { Login, SessionRecord } from './record.js'
import { endOf, type Timeouts } from './timeouts.js'

/** From when, and until when at most, a session lives. */
type Span = Pick<SessionRecord, 'created' | 'end'>

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
  record: Span,
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

/**
 * Makes sure, before anything is stored, that an identity can be made of a login as it will be
 * stored.
 *
 * @throws {Error} `LATCHKEY_SESSION_INVALID_LOGIN`.
 */
export function checkIdentity(record: Span, login: Login, now: number, voucher: Voucher): void {
  try {
    const stored = JSON.parse(JSON.stringify(login)) as Login
    sessionIdentity('unstored', record, stored, now, voucher)
  } catch (cause) {
    const { message } = cause as Error
    throw new InvalidLogin(`no identity can be made of it (${message})`)
  }
}

const NO_ASSURANCE = { acr: undefined, amr: undefined }

function assuranceOf({ acr, amr, elevation }: Login, now: number) {
  if (elevation === undefined || now >= elevation.until) return { acr, amr }
  return {
    acr: elevation.acr ?? acr,
    amr: [...new Set([...(amr ?? []), ...(elevation.amr ?? [])])],
  }
}
