import { type Outbound, type RemoteKeys, remoteKeys } from '@latchkey/tokens'
import { type ClientAuth, prepareClientAuth } from './client-auth.js'
import { InvalidOptions } from './errors.js'
import { discoverEndpoints, metadataUrl } from './metadata.js'
import type { Settings } from './options.js'
import type { Endpoints, ProviderOptions } from './provider-options.js'

/** A provider, ready to be asked. */
export interface Provider {
  readonly name: string
  readonly options: ProviderOptions
  readonly redirectUri: string
  readonly outbound: Outbound
  readonly scopes: readonly string[]
  /** `null` for providers without ID tokens. */
  readonly keys: RemoteKeys | null
  readonly authenticate: ClientAuth
  /** The last DPoP nonce of each origin. */
  readonly nonces: Map<string, string>
  /** URLs that may be called, as far as they are known at boot. */
  readonly urls: readonly string[]
  /** @throws {FastifyError} `LATCHKEY_TOKENS_OUTBOUND_FAILED` while it does not answer. */
  endpoints(): Promise<Endpoints>
}

const OPTIONS: readonly string[] = [
  'clientId',
  'clientSecret',
  'privateKey',
  'clientAuth',
  'scopes',
  'authorizationParams',
  'maxAge',
  'maxSession',
  'assumeFresh',
  'apis',
  'userInfo',
  'pushed',
  'dpop',
  'issuer',
  'discoverAt',
  'endpoints',
  'issuerOf',
  'makeSecret',
  'responseMode',
  'plain',
]

/** What an attempt decides, and no option may. */
const OURS: readonly string[] = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'response_mode',
]

function checkOptions(name: string, options: ProviderOptions): void {
  const wrong = (state: string): never => {
    throw new InvalidOptions(`"providers.${name}${state}`)
  }
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key)) wrong(`.${key}" does not exist`)
  }
  const { clientId, issuer, scopes = [], authorizationParams = {}, endpoints, plain } = options
  if (typeof clientId !== 'string' || clientId === '') wrong('.clientId" is missing')
  if (typeof issuer !== 'string' || issuer === '') wrong('.issuer" is missing')
  if (endpoints !== undefined && plain === undefined && endpoints.jwksUri === null) {
    wrong('.endpoints.jwksUri" is missing')
  }
  if (plain === undefined && !scopes.includes('openid')) {
    wrong('.scopes" lacks "openid", without which there is no ID token')
  }
  const ours = OURS.find((each) => each in authorizationParams)
  if (ours !== undefined) wrong(`.authorizationParams" may not hold "${ours}"`)
  for (const each of ['maxAge', 'maxSession'] as const) {
    const seconds = options[each]
    if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 0)) {
      wrong(`.${each}" is not a whole number of seconds`)
    }
  }
  for (const api of options.apis ?? []) {
    if (!URL.canParse(api) || new URL(api).origin !== api) wrong(`.apis" holds no origin: "${api}"`)
  }
}

function urlsOf({ issuer, discoverAt = issuer, endpoints, plain }: ProviderOptions) {
  const also = Object.values(plain?.also ?? {})
  if (endpoints === undefined) return [metadataUrl(discoverAt), ...also]
  const { authorizationEndpoint, tokenEndpoint, userInfoEndpoint, jwksUri } = endpoints
  const urls = [authorizationEndpoint, tokenEndpoint, userInfoEndpoint, jwksUri, ...also]
  return urls.filter((url) => url !== null)
}

/**
 * Checks the options of a provider and prepares it; nothing is called before it is needed.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_INVALID_OPTIONS`, `LATCHKEY_TOKENS_OUTBOUND_URL`,
 *   `LATCHKEY_TOKENS_INVALID_KEYS`.
 */
export function prepareProvider(
  name: string,
  options: ProviderOptions,
  settings: Settings,
  outbound: Outbound,
  onError: (error: unknown) => void,
): Provider {
  checkOptions(name, options)
  const { issuer, discoverAt = issuer, plain, scopes = [] } = options
  const { now, origin, path } = settings
  const urls = urlsOf(options)
  for (const url of urls) outbound.checkUrl(url, `providers.${name}`)
  const written = options.endpoints
  const endpoints =
    written === undefined
      ? discoverEndpoints(discoverAt, issuer, outbound, now)
      : async () => written
  const url = async () => (await endpoints()).jwksUri as string
  return {
    name,
    options,
    redirectUri: `${origin}${path}/${name}/callback`,
    outbound,
    scopes,
    keys: plain === undefined ? remoteKeys({ url, outbound, now, onError, cooldown: 5 }) : null,
    authenticate: prepareClientAuth(name, options, now),
    nonces: new Map(),
    urls,
    endpoints,
  }
}
