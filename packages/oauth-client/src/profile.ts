import { type JsonObject, parseJsonObject } from '@latchkey/tokens'
import type { Profile } from './provider-options.js'

/** A text that says something, or `null`. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** Reads the standard claims (OpenID Connect Core §5.1). Some providers write booleans as texts. */
export function profileOf(claims: JsonObject): Profile {
  const { email_verified: verified } = claims
  return {
    name: textOrNull(claims.name),
    username: textOrNull(claims.preferred_username),
    email: textOrNull(claims.email),
    emailVerified: verified === true || verified === 'true',
    picture: textOrNull(claims.picture),
    claims,
  }
}

/**
 * Adds the name that Apple sends beside the code, once and unsigned.
 *
 * @param text The parameter `user` of the form.
 */
export function withPostedName(profile: Profile, text: string | undefined): Profile {
  if (text === undefined || profile.name !== null) return profile
  const posted = parseJsonObject(text)?.name
  if (typeof posted !== 'object' || posted === null) return profile
  const { firstName, lastName } = posted as JsonObject
  const name = [firstName, lastName].filter((part) => textOrNull(part) !== null).join(' ')
  return { ...profile, name: textOrNull(name.slice(0, 200)) }
}
