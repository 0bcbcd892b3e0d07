import { createHash } from 'node:crypto'
import {
  findVerificationKey,
  isSignedBy,
  type JsonObject,
  parseJws,
  parseJwsClaims,
  sha256,
} from '@latchkey/tokens'
import type { Client } from '../records/client.js'
import type { Grant, GrantOpenid } from '../records/grant.js'
import type { Server } from '../server.js'
import { selectClaims } from './claims.js'
import { subjectFor } from './subject.js'

/** What an ID token is made of. */
export interface IdTokenRequest {
  readonly client: Client
  readonly grant: Grant
  readonly openid: GrantOpenid
  /** What the application says about the user. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly accessToken: string
  /** Whether the answer is to the code: only then the nonce is told (Core §12.2). */
  readonly isFirst: boolean
}

/** The left half of the hash that the algorithm uses (Core §3.1.3.6). */
function halfHash(text: string, algorithm: string): string {
  const size = /\d{3}$/.exec(algorithm)?.[0] ?? '512'
  const digest = size === '256' ? sha256(text) : createHash(`sha${size}`).update(text).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

/** Issues an ID token (OpenID Connect Core §2). */
export async function issueIdToken(
  server: Server,
  request: IdTokenRequest,
  now: number,
): Promise<string> {
  const { client, grant, openid, accessToken } = request
  const { login } = grant
  const algorithm = server.keys.pick(client.idTokenAlg)
  const issuedAt = Math.floor(now)
  const asked = openid.claims.idToken
  const nonce = request.isFirst ? openid.nonce : null
  const claims: JsonObject = {
    ...selectClaims(request.claims, grant.scopes, asked),
    iss: server.issuer,
    sub: subjectFor(server, client, grant.subject),
    aud: client.id,
    iat: issuedAt,
    exp: issuedAt + server.rules.idTokenTtl,
    sid: login.session,
    at_hash: halfHash(accessToken, algorithm),
    ...(nonce === null ? {} : { nonce }),
    ...(login.authTime === null ? {} : { auth_time: login.authTime }),
    ...(login.acr === null ? {} : { acr: login.acr }),
    ...(login.amr.length === 0 ? {} : { amr: login.amr }),
  }
  return server.keys.sign(claims, 'JWT', algorithm)
}

/** What an ID token of ours says about a login, however old it is. */
export interface IdTokenHint {
  readonly subject: string
  readonly clientId: string
  readonly session: string
}

/** @returns `null` when the text is no ID token of ours. */
export function readIdTokenHint(server: Server, text: string): IdTokenHint | null {
  const jws = parseJws(text)
  if (typeof jws === 'string' || jws.header.typ !== 'jwt') return null
  const { alg, kid } = jws.header
  const key = findVerificationKey(server.keys.verificationKeys(), alg, kid, server.now())
  const claims = key !== null && isSignedBy(jws, key) ? parseJwsClaims(jws) : null
  if (claims === null || claims.iss !== server.issuer || claims.at_hash === undefined) return null
  const { sub, aud, sid } = claims
  return {
    subject: String(sub),
    clientId: String(aud),
    session: String(sid),
  }
}
