import type { Mechanism } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { scopesOf } from '../app/find-scope.js'
import { type WatchedRoute, watchedOf } from '../app/watched-app.js'
import { showInstant } from '../instant.js'
import { advice, type Finding, fault } from './finding.js'
import type { Transport } from './transport.js'

function withDecorator(app: FastifyInstance, decorator: string): readonly FastifyInstance[] {
  return scopesOf(app).filter((scope) => scope.hasDecorator(decorator))
}

/** Every method and URL that a meta-plugin guards. */
function guardedOf(app: FastifyInstance): ReadonlySet<string> {
  const routes = withDecorator(app, 'authReport').flatMap((scope) => scope.authReport().routes)
  return new Set(routes.flatMap(({ methods, url }) => methods.map((method) => `${method} ${url}`)))
}

function isDecided(route: WatchedRoute, guarded: ReadonlySet<string>): boolean {
  if (route.hasHooks || route.isPublic) return true
  // Preflights carry no credentials, and HEAD routes are those of GET.
  const methods = route.methods.filter((method) => method !== 'OPTIONS' && method !== 'HEAD')
  return methods.every((method) => guarded.has(`${method} ${route.url}`))
}

/** Looks for routes that nobody has decided about. */
export function checkRoutes(app: FastifyInstance): Finding[] {
  const guarded = guardedOf(app)
  return watchedOf(app)
    .routes.filter((route) => !isDecided(route, guarded))
    .map(({ methods, url }) =>
      fault(
        'route-undecided',
        `anybody may call ${methods.join(', ')} ${url}: nothing decides about it`,
        'Register @latchkey/auth before it and write config.auth: mechanisms, or "public" if it is meant',
      ),
    )
}

function checkCookieName(name: string): Finding[] {
  if (/^__(Host|Secure)-/.test(name)) return []
  const mend = `Call it "__Host-${name}", so that no other host can plant it`
  return [fault('cookie-prefix', `the cookie "${name}" has no prefix`, mend)]
}

function checkSources(mechanism: Mechanism): Finding[] {
  return mechanism.sources.flatMap((source) => {
    if (source.in === 'cookie') return checkCookieName(source.name)
    if (source.in !== 'query') return []
    const mend = 'Take it from a header: URLs are logged and kept'
    return [advice('credential-in-query', `"${mechanism.name}" reads "?${source.name}="`, mend)]
  })
}

const bearers: readonly unknown[] = ['jwt', 'introspection']

async function checkBearer(ask: Transport, mechanism: Mechanism): Promise<Finding[]> {
  const { type, revocationWindow } = mechanism.describe()
  if (!bearers.includes(type)) return []
  const findings: Finding[] = []
  if (revocationWindow === null) {
    const mend = 'Give it a "store", and app.tokens.revoke works'
    findings.push(
      advice('no-revocation', `what "${mechanism.name}" accepts ends by expiry alone`, mend),
    )
  }
  const url = mechanism.challenge()?.params.resource_metadata
  if (typeof url !== 'string') {
    const found = `the challenges of "${mechanism.name}" do not say where its metadata are`
    const mend =
      'Set "resourceMetadata": MCP clients find their authorization server by it (RFC 9728)'
    findings.push(advice('challenge-without-metadata', found, mend))
  } else if ((await ask({ url }))?.status !== 200) {
    const mend = 'Answer them there: the option "resources" of @latchkey/oauth-server does'
    findings.push(fault('resource-metadata-missing', `${url} does not exist`, mend))
  }
  return findings
}

/** Looks at the mechanisms of an application. */
export async function checkMechanisms(app: FastifyInstance, ask: Transport): Promise<Finding[]> {
  const scopes = withDecorator(app, 'mechanisms')
  const mechanisms = [...new Set(scopes.flatMap((scope) => scope.mechanisms.list()))]
  const found = await Promise.all(
    mechanisms.map(async (each) => [...checkSources(each), ...(await checkBearer(ask, each))]),
  )
  return found.flat()
}

/** Looks at what an authorization server signs with. */
export function checkSigningKeys(app: FastifyInstance, now: number): Finding[] {
  const [scope] = withDecorator(app, 'oauthServer')
  const keys = scope?.oauthServer.keys.list() ?? []
  return keys.flatMap(({ kid, notAfter }) => {
    if (notAfter === null || notAfter > now) return []
    const found = `the signing key "${kid}" ended ${showInstant(Math.floor(notAfter))}`
    return [fault('signing-key-expired', found, 'Rotate: latchkey jwks rotate')]
  })
}

/** Asks the linter of the policy. */
export function checkPolicy(app: FastifyInstance): Finding[] {
  const [scope] = withDecorator(app, 'authz')
  return (scope?.authz.lint() ?? []).map(({ kind, about, message }) =>
    advice(`policy-${kind}`, `"${about}": ${message}`, 'Take it out of the policy, or mend it'),
  )
}
