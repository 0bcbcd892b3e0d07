import { checkAuthorizationEndpoint, checkCors } from './check-browser.js'
import { checkClock } from './check-clock.js'
import { checkKeys } from './check-keys.js'
import { checkMetadata } from './check-metadata.js'
import { checkChallenge, checkResource } from './check-resource.js'
import { checkTokenEndpoint } from './check-token-endpoint.js'
import { findDocuments, type Metadata, metadataUrls } from './documents.js'
import type { Finding } from './finding.js'
import type { Transport } from './transport.js'

/** What an examination is made with. */
export interface IssuerExamination {
  readonly ask: Transport
  readonly issuer: string
  /** Protected resources to look at too. */
  readonly resources: readonly string[]
  /** Seconds. */
  readonly now: number
}

function urlOf(metadata: Metadata, name: string): string | null {
  const value = metadata[name]
  return typeof value === 'string' && URL.canParse(value) ? value : null
}

/**
 * Examines an authorization server as a strict client would.
 *
 * @returns `null` when nothing answers.
 */
export async function examineIssuer(examination: IssuerExamination): Promise<Finding[] | null> {
  const { ask, issuer, resources, now } = examination
  const { metadata, findings, isReachable, reply } = await findDocuments(ask, issuer)
  if (!isReachable) return null
  if (metadata === null) return [...findings]
  const keys = urlOf(metadata, 'jwks_uri')
  const token = urlOf(metadata, 'token_endpoint')
  const authorization = urlOf(metadata, 'authorization_endpoint')
  const userinfo = urlOf(metadata, 'userinfo_endpoint')
  const shared = [...metadataUrls(issuer), token, userinfo].filter((url) => url !== null)
  const further = await Promise.all([
    keys === null ? [] : checkKeys(ask, keys, now),
    token === null ? [] : checkTokenEndpoint(ask, token),
    authorization === null ? [] : checkAuthorizationEndpoint(ask, authorization),
    checkCors(ask, shared),
    ...resources.flatMap((resource) => [
      checkResource(ask, resource, issuer),
      checkChallenge(ask, resource),
    ]),
  ])
  return [
    ...findings,
    ...checkMetadata(metadata, issuer),
    ...checkClock(reply, now),
    ...further.flat(),
  ]
}
