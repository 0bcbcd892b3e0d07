import type { Store } from '@latchkey/store'
import { loadSecrets, prepareHandleKeys } from '@latchkey/tokens'
import type { AccessTokenSettings } from './access-token.js'
import { InvalidOptions } from './errors.js'
import type { GrantsOptions } from './grants.js'
import type { IssueOptions, RefreshOptions } from './issue-options.js'
import type { TrustedIssuer } from './trusted-issuer.js'

/** Everything that `app.tokens` issues with. */
export interface Issuing {
  readonly access: AccessTokenSettings
  readonly refresh: Omit<GrantsOptions, 'issuer' | 'revocations' | 'clock' | 'onEnd'> | null
  /** The keys to publish. */
  readonly jwks: () => { readonly keys: readonly object[] }
}

const day = 86_400

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function seconds(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  return wrong(`"${name}" is not a number of seconds from ${least} to ${most}`)
}

function findIssuer(issuers: readonly TrustedIssuer[], name: string | undefined): TrustedIssuer {
  const own = issuers.filter(({ keys }) => keys.signingKey !== null)
  const found = name === undefined ? own[0] : own.find(({ rules }) => rules.issuer === name)
  return (
    found ??
    wrong('"issue" needs an issuer with "keys.privateKey", "keys.keyring" or "keys.secret"')
  )
}

async function prepareRefresh(
  options: RefreshOptions,
  store: Store | null,
): Promise<Issuing['refresh']> {
  if (store === null) return wrong('"issue.refresh" needs a "store"')
  const { prefix = 'rt', lifetime = 30 * day, idleLifetime = 14 * day, grace = 10 } = options
  if (!/^[0-9A-Za-z]+(?:_[0-9A-Za-z]+)*$/.test(prefix)) {
    wrong('"issue.refresh.prefix" is not of letters and digits')
  }
  return {
    store,
    prefix,
    handleKeys: prepareHandleKeys(await loadSecrets(options.secret, 'issue.refresh.secret')),
    lifetime: seconds('issue.refresh.lifetime', lifetime, 60, 400 * day),
    idleLifetime: seconds('issue.refresh.idleLifetime', idleLifetime, 60, 400 * day),
    grace: seconds('issue.refresh.grace', grace, 0, 60),
    renew: options.renew ?? null,
  }
}

/**
 * Checks how tokens are to be issued.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, `LATCHKEY_TOKENS_WEAK_SECRET`.
 */
export async function prepareIssuing(
  options: IssueOptions,
  issuers: readonly TrustedIssuer[],
  store: Store | null,
): Promise<Issuing> {
  const { rules, keys, profile } = findIssuer(issuers, options.issuer)
  const audiences = options.audiences ?? rules.audience ?? []
  if (audiences.length === 0) wrong('"issue.audiences" is missing')
  const signingKey = keys.signingKey as NonNullable<typeof keys.signingKey>
  return {
    access: {
      issuer: rules.issuer,
      typ: profile === 'at+jwt' ? 'at+jwt' : 'JWT',
      audiences,
      clientId: options.clientId ?? rules.issuer,
      lifetime: seconds('issue.lifetime', options.lifetime ?? 600, 10, 3600),
      signingKey,
    },
    refresh: options.refresh === undefined ? null : await prepareRefresh(options.refresh, store),
    jwks:
      keys.jwks ?? (() => wrong('"issue.jwksPath" needs a key pair: secrets are not published')),
  }
}
