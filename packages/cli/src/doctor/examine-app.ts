import type { FastifyInstance } from 'fastify'
import { watchedOf } from '../app/watched-app.js'
import { checkMechanisms, checkPolicy, checkRoutes, checkSigningKeys } from './check-app.js'
import { examineIssuer } from './examine-issuer.js'
import type { Finding } from './finding.js'
import { intoApp, readObject } from './transport.js'

const wellKnown = /\/\.well-known\/(oauth-authorization-server|openid-configuration)/

/** The issuer of the authorization server that the application is, or `null`. */
async function issuerOf(app: FastifyInstance): Promise<string | null> {
  const route = watchedOf(app).routes.find(({ url }) => wellKnown.test(url))
  if (route === undefined) return null
  const { body } = await app.inject(route.url)
  const issuer = readObject(body)?.issuer
  return typeof issuer === 'string' && URL.canParse(issuer) ? issuer : null
}

/** Examines an application that is ready, and the authorization server that it may be. */
export async function examineApp(
  app: FastifyInstance,
  { resources, now }: { readonly resources: readonly string[]; readonly now: number },
): Promise<Finding[]> {
  const issuer = await issuerOf(app)
  const ask = intoApp(app, issuer === null ? null : new URL(issuer).origin)
  const asServer = issuer === null ? null : await examineIssuer({ ask, issuer, resources, now })
  return [
    ...checkRoutes(app),
    ...(await checkMechanisms(app, ask)),
    ...checkSigningKeys(app, now),
    ...checkPolicy(app),
    ...(asServer ?? []),
  ]
}
