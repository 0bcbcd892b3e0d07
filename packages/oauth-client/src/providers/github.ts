import type { JsonObject } from '@latchkey/tokens'
import { textOrNull } from '../profile.js'
import type { ClientOptions, Profile, ProviderOptions } from '../provider-options.js'
import { oauth2 } from './oauth2.js'

/** Options of {@link github}. */
export interface GithubOptions extends ClientOptions {
  /** GitHub Enterprise Server. Default `https://github.com`. */
  readonly origin?: string
  /** Its API. Default `https://api.github.com`, or `/api/v3` of `origin`. */
  readonly api?: string
}

interface Address {
  readonly email: string
  readonly primary: boolean
  readonly verified: boolean
}

function primaryOf(emails: unknown): Address | undefined {
  if (!Array.isArray(emails)) return undefined
  return (emails as readonly (Partial<Address> | null)[]).find(
    (one) => one?.primary === true && typeof one.email === 'string',
  ) as Address | undefined
}

function profileOf(user: JsonObject, emails: unknown): Profile {
  const primary = primaryOf(emails)
  return {
    name: textOrNull(user.name),
    username: textOrNull(user.login),
    email: primary?.email ?? null,
    emailVerified: primary?.verified === true,
    picture: textOrNull(user.avatar_url),
    claims: user,
  }
}

/**
 * GitHub, which has no ID tokens: the user is who its API says the token belongs to, by number,
 * since login names change hands.
 */
export function github(options: GithubOptions): ProviderOptions {
  const { origin = 'https://github.com', api, ...client } = options
  const base =
    api ?? (origin === 'https://github.com' ? 'https://api.github.com' : `${origin}/api/v3`)
  return oauth2({
    scopes: ['read:user', 'user:email'],
    ...client,
    issuer: origin,
    configuration: {
      tokenHost: origin,
      tokenPath: '/login/oauth/access_token',
      authorizePath: '/login/oauth/authorize',
    },
    userInfoFrom: {
      url: `${base}/user`,
      also: { emails: `${base}/user/emails` },
      headers: { accept: 'application/vnd.github+json', 'user-agent': 'latchkey' },
      read(user, { emails }) {
        if (!Number.isSafeInteger(user.id)) return null
        return { subject: String(user.id), profile: profileOf(user, emails) }
      },
    },
  })
}
