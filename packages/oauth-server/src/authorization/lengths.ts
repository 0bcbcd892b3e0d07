import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'

const longest = 2048

/** @throws {OAuthError} `invalid_request` for a value that could not be carried through intact. */
export function checkLengths(params: Params): void {
  const long = params
    .entries()
    .find(([name, value]) => name !== 'id_token_hint' && value.length > longest)
  if (long !== undefined) {
    throw new OAuthError('invalid_request', `a parameter has more than ${longest} characters`)
  }
}
