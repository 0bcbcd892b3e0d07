import { OAuthError } from '../oauth-error.js'
import { type Params, splitList } from '../params.js'
import type { Prompt } from './authorization-request.js'

/** The prompts that are implemented (OpenID Connect Core §3.1.2.1). */
export const prompts: readonly Prompt[] = ['none', 'login', 'consent', 'select_account']

/** @throws {OAuthError} `invalid_request` for an unknown prompt, or `none` beside another. */
export function checkPrompt(params: Params): ReadonlySet<Prompt> {
  const wanted = splitList(params.get('prompt'))
  const known = prompts.filter((one) => wanted.includes(one))
  if (known.length < wanted.length)
    throw new OAuthError('invalid_request', 'prompt is not supported')
  if (known.includes('none') && known.length > 1) {
    throw new OAuthError('invalid_request', 'prompt has none beside another')
  }
  return new Set(known)
}
