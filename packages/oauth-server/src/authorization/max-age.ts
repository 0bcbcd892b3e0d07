import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'

/** @throws {OAuthError} `invalid_request` when it is not a number of seconds. */
export function checkMaxAge(params: Params): number | undefined {
  const text = params.get('max_age')
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new OAuthError('invalid_request', 'max_age is not a number of seconds')
}
