import { type Outbound, OutboundError, parseJsonObject } from '@latchkey/tokens'

/** Where the metadata of an issuer may be: OpenID Connect Discovery §4, RFC 8414 §3. */
export function metadataUrls(issuer: string): readonly [string, string] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

async function readMetadata(url: string, issuer: string, outbound: Outbound): Promise<string> {
  const { status, body } = await outbound.request(url, { headers: { accept: 'application/json' } })
  if (status !== 200) throw new OutboundError(url, `the status ${status}`)
  const metadata = parseJsonObject(body)
  if (metadata?.issuer !== issuer) throw new OutboundError(url, 'metadata of another issuer')
  if (typeof metadata.jwks_uri !== 'string') throw new OutboundError(url, 'metadata without keys')
  return metadata.jwks_uri
}

/**
 * Asks an issuer where its keys are. Its metadata must name the issuer, character by character.
 *
 * @throws {FastifyError} `LATCHKEY_TOKENS_OUTBOUND_FAILED`
 */
export async function discoverJwksUri(issuer: string, outbound: Outbound): Promise<string> {
  const [first, second] = metadataUrls(issuer)
  try {
    return await readMetadata(first, issuer, outbound)
  } catch (error) {
    // What the first place said is more telling than that there is no second.
    return readMetadata(second, issuer, outbound).catch(() => {
      throw error
    })
  }
}
