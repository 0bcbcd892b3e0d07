import { type JsonObject, parseJsonObject } from '@latchkey/tokens'
import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'

/** Which claims are asked for by name, and where they are to appear. */
export type ClaimsRequest = {
  readonly idToken: readonly string[]
  readonly userinfo: readonly string[]
}

/** What a request says about claims (OpenID Connect Core §5.5). */
export interface RequestedClaims {
  readonly names: ClaimsRequest
  /** Classes of which the login must have one, or the request fails (§5.5.1.1). */
  readonly essentialAcr: readonly string[]
  /** The subject that the user must be, or `undefined`. */
  readonly subject: string | undefined
}

const nothing: RequestedClaims = {
  names: { idToken: [], userinfo: [] },
  essentialAcr: [],
  subject: undefined,
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(request: JsonObject, name: string): JsonObject {
  const member = request[name] ?? {}
  const isSound =
    isObject(member) && Object.values(member).every((one) => one === null || isObject(one))
  if (isSound) return member
  throw new OAuthError('invalid_request', 'claims is not what OpenID Connect Core §5.5 says')
}

function textsOf(value: unknown): string[] {
  const all = Array.isArray(value) ? value : [value]
  return all.filter((one) => typeof one === 'string')
}

/** @throws {OAuthError} `invalid_request` when it is no such object. */
export function checkClaims(params: Params): RequestedClaims {
  const text = params.get('claims')
  if (text === undefined) return nothing
  const request = parseJsonObject(text)
  if (request === null) throw new OAuthError('invalid_request', 'claims is not a JSON object')
  const idToken = memberOf(request, 'id_token')
  const userinfo = memberOf(request, 'userinfo')
  const acr = idToken.acr as JsonObject | null | undefined
  const sub = (idToken.sub ?? userinfo.sub) as JsonObject | null | undefined
  return {
    names: { idToken: Object.keys(idToken), userinfo: Object.keys(userinfo) },
    essentialAcr: acr?.essential === true ? textsOf(acr.values ?? acr.value) : [],
    subject: textsOf(sub?.value)[0],
  }
}
