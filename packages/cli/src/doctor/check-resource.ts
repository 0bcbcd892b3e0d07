import type { Metadata } from './documents.js'
import { type Finding, fault } from './finding.js'
import { readObject, type Transport } from './transport.js'

/** Where RFC 9728 puts the metadata of a resource. */
function resourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = new URL(resource)
  return `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}${search}`
}

function missing(found: string): Finding[] {
  const mend = 'Answer them there (RFC 9728): the option "resources" of @latchkey/oauth-server does'
  return [fault('resource-metadata-missing', found, mend)]
}

/**
 * Looks for the metadata of a protected resource, as MCP clients begin with.
 *
 * @param url Where they are. Default: where RFC 9728 puts them.
 */
export async function checkResource(
  ask: Transport,
  resource: string,
  issuer: string,
  url: string = resourceMetadataUrl(resource),
): Promise<Finding[]> {
  const reply = await ask({ url })
  if (reply?.status !== 200) return missing(`${url} does not exist`)
  const said: Metadata | null = readObject(reply.body)
  if (said === null) return missing(`${url} is no JSON object`)
  const findings: Finding[] = []
  if (said.resource !== resource) {
    const found = `${url} says "resource": ${JSON.stringify(said.resource)}`
    const mend = `Write ${JSON.stringify(resource)}: clients compare it (RFC 9728 §3.3)`
    findings.push(fault('resource-mismatch', found, mend))
  }
  const servers = said.authorization_servers
  if (!Array.isArray(servers) || !servers.includes(issuer)) {
    const mend = `Write ${JSON.stringify(issuer)} into "authorization_servers"`
    findings.push(fault('resource-without-issuer', `${url} does not name the issuer`, mend))
  }
  return findings
}

/** Asks the resource without a token: the challenge must lead to the metadata. */
export async function checkChallenge(ask: Transport, resource: string): Promise<Finding[]> {
  const reply = await ask({ url: resource })
  const challenge = reply?.header('www-authenticate') ?? ''
  if (reply?.status !== 401 || /resource_metadata=/.test(challenge)) return []
  return [
    fault(
      'challenge-without-metadata',
      `${resource} answers 401 without "resource_metadata"`,
      'Set the option "resourceMetadata" of @latchkey/jwt: clients find their server by it',
    ),
  ]
}
