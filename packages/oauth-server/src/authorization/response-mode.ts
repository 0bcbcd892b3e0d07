import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { ResponseMode } from './authorization-request.js'

/** The response modes that are implemented. */
export const responseModes: readonly ResponseMode[] = ['query', 'form_post']

/** How errors are answered: as the request wants it, as far as that can be understood. */
export function readResponseMode(params: Params): ResponseMode {
  return params.get('response_mode') === 'form_post' ? 'form_post' : 'query'
}

/** @throws {OAuthError} `invalid_request` for a mode that is not implemented. */
export function checkResponseMode(params: Params): void {
  const mode = params.get('response_mode')
  if (mode === undefined || responseModes.some((one) => one === mode)) return
  throw new OAuthError('invalid_request', 'response_mode is not supported')
}
