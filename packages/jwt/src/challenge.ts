import type { Challenge, Mechanism } from '@latchkey/identity'
import type { TokenRefusal } from './refusals.js'

/** What challenges say besides what went wrong. */
export interface ChallengeSettings {
  readonly realm: string
  /** Where the metadata of this API are (RFC 9728). */
  readonly resourceMetadata: string | undefined
  /** Space-separated algorithms, or `undefined` where DPoP is not offered. */
  readonly dpopAlgorithms: string | undefined
  readonly isDpopRequired: boolean
}

/**
 * Prepares the challenges (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3). A mechanism offers one
 * scheme at a time: DPoP where it is required or where the proof is what was wrong, else Bearer.
 */
export function createChallenge(settings: ChallengeSettings): Mechanism['challenge'] {
  const { realm, resourceMetadata, dpopAlgorithms, isDpopRequired } = settings
  const always = { realm, resource_metadata: resourceMetadata }

  function inScheme(scheme: 'Bearer' | 'DPoP', params: Challenge['params'] = {}): Challenge {
    const offersDpop = dpopAlgorithms !== undefined && (isDpopRequired || scheme === 'DPoP')
    return offersDpop
      ? { scheme: 'DPoP', params: { ...always, ...params, algs: dpopAlgorithms } }
      : { scheme: 'Bearer', params: { ...always, ...params } }
  }

  return (cause) => {
    if (cause === undefined) return inScheme('Bearer')
    if ('scope' in cause) return inScheme('Bearer', { error: cause.error, scope: cause.scope })
    if (cause.error === 'insufficient_user_authentication') {
      const { acrValues, maxAge } = cause as { acrValues?: string; maxAge?: number }
      const { error } = cause
      return inScheme('Bearer', { error, acr_values: acrValues, max_age: maxAge })
    }
    const { scheme = 'Bearer', error, description } = cause as Partial<TokenRefusal>
    return inScheme(scheme, { error, error_description: description })
  }
}
