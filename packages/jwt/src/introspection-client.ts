import {
  boundedMap,
  type Outbound,
  OutboundError,
  parseJsonObject,
  sha256Base64url,
} from '@latchkey/tokens'
import { judgeAnswer } from './introspection-answer.js'
import type { IntrospectionSettings } from './introspection-options.js'
import type { Verdict, VerifyToken } from './verification.js'

const longestToken = 4096
const tokenShape = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Prepares asking about tokens (RFC 7662): one call for all who present the same token at once,
 * and none for a while about one that was found inactive.
 *
 * @param onError Told why a call gave nothing.
 */
export function createIntrospection(
  settings: IntrospectionSettings,
  outbound: Outbound,
  onError: (error: unknown) => void,
): VerifyToken {
  const { endpoint, authorization, negativeTtl, maxConcurrent, cacheSize, clock } = settings
  const flights = new Map<string, Promise<Verdict>>()
  const inactive = boundedMap<number>(Math.max(cacheSize, 1))

  async function ask(token: string): Promise<Verdict> {
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString()
    const headers = {
      authorization,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }
    const response = await outbound.request(endpoint, { method: 'POST', headers, body })
    const { status } = response
    if (status !== 200) throw new OutboundError(endpoint, `the status ${status}`)
    const answer = parseJsonObject(response.body)
    if (typeof answer?.active !== 'boolean') {
      throw new OutboundError(endpoint, 'an answer that does not say whether the token is active')
    }
    return judgeAnswer(answer, token, settings, clock())
  }

  async function fly(token: string, digest: string): Promise<Verdict> {
    try {
      const verdict = await ask(token)
      if (typeof verdict === 'string') inactive.set(digest, clock() + negativeTtl)
      return verdict
    } catch (error) {
      onError(error)
      return 'unavailable'
    } finally {
      flights.delete(digest)
    }
  }

  return (token, now) => {
    if (token.length > longestToken) return 'oversized'
    if (!tokenShape.test(token)) return 'malformed'
    const digest = sha256Base64url(token)
    if (now < (inactive.get(digest) ?? 0)) return 'inactive'
    const known = flights.get(digest)
    if (known !== undefined) return known
    if (flights.size >= maxConcurrent) return 'unavailable'
    const flight = fly(token, digest)
    flights.set(digest, flight)
    return flight
  }
}
