import type { IdentityKind } from '@latchkey/identity'
import type { Json } from '@latchkey/store'
import { InvalidLogin } from './errors.js'
import type { Which } from './which.js'

/** What a login says beside the subject. */
export interface LoginDetails extends Which {
  /** Default `user`. */
  readonly kind?: IdentityKind
  /** The organization that the subject belongs to. */
  readonly tenant?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  /** Authentication methods (RFC 8176), such as `['pwd', 'otp']`. */
  readonly amr?: readonly string[]
  /** Authentication context class (OpenID Connect Core §2). */
  readonly acr?: string
  /** When the subject proved who they are, in seconds. Default: now. */
  readonly authTime?: number
  /** Whatever else `identity.claims` should hold; JSON, at most 8192 characters. */
  readonly claims?: { readonly [claim: string]: Json }
  /** An end before the absolute timeout, in seconds, such as that of the identity provider. */
  readonly expiresAt?: number
  /**
   * Keys of the data bag to take over from before the login. Default: none, since whoever planted
   * the session may have filled the bag.
   */
  readonly keep?: readonly string[]
}

const UNFIT = /[\0\ud800-\udfff]/u
const MOST_CLAIMS = 8192

/** @throws {Error} `LATCHKEY_SESSION_INVALID_LOGIN`. */
export function checkLogin(subject: string, details: LoginDetails): void {
  checkSubject(subject)
  for (const name of ['roles', 'scopes', 'amr', 'keep'] as const) {
    const list = details[name]
    if (list === undefined) continue
    if (!Array.isArray(list) || list.some((member) => typeof member !== 'string')) {
      throw new InvalidLogin(`"${name}" is not an array of strings`)
    }
  }
  for (const name of ['authTime', 'expiresAt'] as const) {
    const instant = details[name]
    if (instant !== undefined && !Number.isInteger(instant)) {
      throw new InvalidLogin(`"${name}" is not an instant in whole seconds`)
    }
  }
  if (lengthOf(details.claims ?? {}) > MOST_CLAIMS) {
    throw new InvalidLogin(`"claims" is longer than ${MOST_CLAIMS} characters`)
  }
}

function lengthOf(claims: object): number {
  try {
    return JSON.stringify(claims).length
  } catch {
    throw new InvalidLogin('"claims" is no JSON')
  }
}

/** @throws {Error} `LATCHKEY_SESSION_INVALID_LOGIN` when no session can belong to the subject. */
export function checkSubject(subject: string): void {
  if (isSubject(subject)) return
  throw new InvalidLogin('"subject" is not a text of 1 to 255 characters')
}

function isSubject(subject: unknown): subject is string {
  return (
    typeof subject === 'string' &&
    subject.length > 0 &&
    subject.length <= 255 &&
    !UNFIT.test(subject)
  )
}
