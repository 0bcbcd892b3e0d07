import { createIdentity, type IdentityKind } from '@latchkey/identity'
import type { Json } from '@latchkey/store'
import type { Remembered } from './remembered.js'
import type { Voucher } from './session-identity.js'
import { flat } from './token.js'

/** Instants are written as seconds before the end, and what is usual as 0: it is all about size. */
type Packed = readonly [
  digest: string,
  expiresAt: number,
  until: number,
  seen: number,
  touched: number,
  authTime: number,
  cut: number,
  cutAll: number,
  subject: string,
  kind: IdentityKind | 0,
  tenant: string | 0,
  acr: string | 0,
  amr: readonly string[] | 0,
  roles: readonly string[] | 0,
  scopes: readonly string[] | 0,
  claims: { readonly [claim: string]: Json } | 0,
]

/** A list, or a placeholder for an empty one. */
function listOf(members: Iterable<string>): readonly string[] | 0 {
  const list = [...members]
  return list.length === 0 ? 0 : list
}

/** Writes a remembered session as one text: a third of what its objects take. */
export function packSession(session: Remembered): string {
  const { identity, digest, until, cut, cutAll, seen, touched } = session
  const { subject, kind, tenant = 0, acr = 0 } = identity
  const [end, authTime] = [identity.expiresAt as number, identity.authTime as number]
  const hasClaims = Object.keys(identity.claims).length > 0
  const packed: Packed = [
    digest,
    end,
    end - until,
    end - seen,
    end - touched,
    end - authTime,
    cut,
    cutAll,
    subject,
    kind === 'user' ? 0 : kind,
    tenant,
    acr,
    listOf(identity.amr),
    listOf(identity.roles),
    listOf(identity.scopes),
    hasClaims ? (identity.claims as { readonly [claim: string]: Json }) : 0,
  ]
  return flat(JSON.stringify(packed))
}

/** Reads it again; it has to be checked against all cut-offs. */
export function unpackSession(id: string, text: string, voucher: Voucher): Remembered {
  const packed = JSON.parse(text) as Packed
  const [digest, end, until, seen, touched, authTime, cut, cutAll, ...rest] = packed
  const [subject, kind, tenant, acr, amr, roles, scopes, claims] = rest
  const identity = createIdentity({
    subject,
    issuer: voucher.issuer,
    kind: kind || 'user',
    mechanism: voucher.name,
    credentialId: id,
    tenant: tenant || undefined,
    scopes: scopes || undefined,
    roles: roles || undefined,
    authTime: end - authTime,
    expiresAt: end,
    acr: acr || undefined,
    amr: amr || undefined,
    claims: claims || undefined,
  })
  const instants = { until: end - until, seen: end - seen, touched: end - touched }
  return { identity, digest, ...instants, cut, cutAll, heard: -1 }
}
