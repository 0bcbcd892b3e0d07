import { createReplica, memoryStore } from '@latchkey/store'
import {
  type Algorithm,
  createOutbound,
  loadSecrets,
  prepareHandleKeys,
  prepareMac,
  randomBase64url,
  type SecretEntry,
  secretBytes,
} from '@latchkey/tokens'
import { checkOptions } from './check-options.js'
import { createClientKeys } from './client-keys.js'
import { developmentLogin } from './development-login.js'
import { createOAuthEvents } from './events.js'
import { createFailureLimiter } from './failure-limiter.js'
import type { OAuthServerOptions } from './options.js'
import { builtInPages } from './pages/index.js'
import { createClientDirectory } from './records/client-directory.js'
import { createClientDocuments } from './records/client-document.js'
import { createRequestLimiter } from './request-limiter.js'
import { findResources, prepareResources } from './resources.js'
import { presets, type Rules } from './rules.js'
import type { Server } from './server.js'
import { combineKeyrings, createKeyrings } from './signing-keys.js'

/** What the scopes that the server itself knows mean, in words that follow "wants to". */
const ownScopes: Readonly<Record<string, string>> = {
  offline_access: 'Keep this access while you are away',
}
const openidScopes: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  profile: 'See your profile, such as your name',
  email: 'See your e-mail address',
  address: 'See your postal address',
  phone: 'See your phone number',
}

function scopesOf(options: OAuthServerOptions, rules: Rules): ReadonlyMap<string, string> {
  const known = rules.openid ? openidScopes : {}
  return new Map(Object.entries({ ...known, ...ownScopes, ...options.scopes }))
}

async function secretsOf(options: OAuthServerOptions): Promise<readonly SecretEntry[]> {
  if (options.secrets !== undefined) return loadSecrets(options.secrets, 'secrets')
  return [{ secret: randomBase64url() }]
}

async function keysOf(
  options: OAuthServerOptions,
  store: Server['store'],
  secrets: readonly SecretEntry[],
  now: () => number,
  isOpenid: boolean,
) {
  const algorithms: Algorithm[] = isOpenid ? ['ES256', 'RS256'] : ['ES256']
  return combineKeyrings(options.keys ?? (await createKeyrings(store, secrets, algorithms, now)))
}

/** Bytes of a client's metadata document. */
const longestDocument = 10_240

/** Applications with sessions have `request.logout()`; this package imports none of them. */
async function logoutByDecorator(request: object): Promise<void> {
  if ('logout' in request && typeof request.logout === 'function') await request.logout()
}

/**
 * Makes the server out of its options.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_SERVER_OPTIONS`, saying what to write; the store's and
 *   the tokens' own errors where theirs is the fault.
 */
export async function createServer(options: OAuthServerOptions): Promise<Server> {
  const rules: Rules = { ...presets[options.preset ?? 'oauth21'], ...options.rules }
  checkOptions(options, rules)
  const { issuer } = options
  const now = options.now ?? (() => Date.now() / 1000)
  const store = options.store ?? memoryStore()
  await store.ready()
  const secrets = await secretsOf(options)
  const scopes = scopesOf(options, rules)
  const keys = await keysOf(options, store, secrets, now, rules.openid)
  const resources = prepareResources(issuer, options.resources ?? {}, scopes, keys.algorithms)
  const [defaultResource] = findResources(resources, [options.defaultResource ?? issuer])
  const basePath = new URL(issuer).pathname.replace(/\/$/, '')
  const mechanism = options.login === undefined ? developmentLogin : 'session'
  const outbound = createOutbound(options.outbound)
  const documentsOutbound = createOutbound({ ...options.outbound, maxBytes: longestDocument })
  const registration = {
    initialTokens: [],
    perHour: 20,
    unusedTtl: 30 * 86_400,
    ...options.registration,
  }
  const {
    authenticationFailures = 20,
    tokenRequests = 1200,
    pushedRequests = 600,
    authorizationRequests = 600,
    window = 60,
  } = options.limits ?? {}
  return {
    issuer,
    basePath,
    rules,
    store,
    handleKeys: prepareHandleKeys(secrets),
    mac: prepareMac(secretBytes((secrets[0] as SecretEntry).secret)),
    keys,
    clients: createClientDirectory({
      store,
      clients: options.clients ?? [],
      documents: rules.clientIdMetadataDocuments
        ? createClientDocuments(documentsOutbound, now)
        : null,
      isPairwisePossible: options.pairwiseSalt !== undefined,
      unusedTtl: registration.unusedTtl,
      now,
    }),
    isRegistrationOpen: options.registration !== undefined,
    registration,
    registrationLimiter: createFailureLimiter(store, registration.perHour, 3600, now),
    replica: createReplica(store, { clock: now }),
    clientKeys: createClientKeys(outbound, now),
    outbound,
    documentsOutbound,
    pairwiseSalt: options.pairwiseSalt ?? '',
    logout: options.logout ?? logoutByDecorator,
    background: new Set(),
    scopes,
    resources,
    defaultResource: defaultResource as NonNullable<typeof defaultResource>,
    login: options.login ?? `${basePath}/development-login`,
    hasDevelopmentLogin: options.login === undefined,
    authenticate: { any: options.mechanisms ?? [mechanism], optional: true },
    claims: options.claims ?? (() => ({})),
    limiter: createFailureLimiter(store, authenticationFailures, window, now),
    requests: {
      token: createRequestLimiter(tokenRequests, window, now),
      pushed: createRequestLimiter(pushedRequests, window, now),
      authorization: createRequestLimiter(authorizationRequests, window, now),
    },
    events: createOAuthEvents(issuer, now),
    pages: { ...builtInPages, ...options.pages },
    messages: new Map(
      Object.entries(options.messages ?? {}).map(([tag, table]) => [tag.toLowerCase(), table]),
    ),
    corsOrigins:
      options.corsOrigins === undefined || options.corsOrigins === '*'
        ? '*'
        : new Set(options.corsOrigins),
    now,
  }
}
