import type { EventSchema } from '@latchkey/identity'
import type { OAuthEventOutcome } from './events.js'

const TEXT = { type: 'string', minLength: 1 }
const MAYBE = { type: 'string' }
const TEXTS = { type: 'array', items: TEXT }

/** The payload of every event of this package, by its name. Names and required fields stay. */
export const oauthEventSchemas: Readonly<
  Record<`latchkey:oauth.${OAuthEventOutcome}`, EventSchema>
> = Object.freeze({
  'latchkey:oauth.issued': define('issued', 'An access token was issued.', [
    'clientId',
    'credentialId',
    'grantType',
    'scopes',
    'resources',
    'requestId',
  ]),
  'latchkey:oauth.refused': define('refused', 'A request was refused, or a user did not agree.', [
    'reason',
    'requestId',
  ]),
  'latchkey:oauth.granted': define('granted', 'A client got a code.', [
    'clientId',
    'subject',
    'grantId',
    'scopes',
    'requestId',
  ]),
  'latchkey:oauth.code-reused': define(
    'code-reused',
    'A code was redeemed again, and its grant ended: somebody may have stolen it.',
    ['clientId', 'subject', 'grantId', 'requestId'],
  ),
  'latchkey:oauth.refresh-reused': define(
    'refresh-reused',
    'A used refresh token was used again, and its grant ended: somebody may have stolen it.',
    ['clientId', 'subject', 'grantId', 'requestId'],
  ),
  'latchkey:oauth.consented': define('consented', 'A user allowed something.', [
    'clientId',
    'subject',
    'scopes',
    'requestId',
  ]),
  'latchkey:oauth.consent-withdrawn': define('consent-withdrawn', 'A consent was taken back.', [
    'clientId',
    'subject',
  ]),
  'latchkey:oauth.registered': define('registered', 'A client was registered.', ['clientId']),
  'latchkey:oauth.updated': define('updated', 'A client changed its registration.', ['clientId']),
  'latchkey:oauth.deleted': define('deleted', 'A client ended with all that it held.', [
    'clientId',
  ]),
  'latchkey:oauth.logged-out': define(
    'logged-out',
    'A session ended, and with it what was granted for its time.',
    ['subject', 'credentialId'],
  ),
})

function define(
  outcome: OAuthEventOutcome,
  description: string,
  required: readonly string[],
): EventSchema {
  return Object.freeze({
    $id: `latchkey:oauth.${outcome}`,
    type: 'object',
    description,
    required: ['at', 'outcome', 'issuer', ...required],
    additionalProperties: false,
    properties: {
      at: { type: 'integer', minimum: 0 },
      outcome: { const: outcome },
      issuer: TEXT,
      clientId: TEXT,
      subject: TEXT,
      grantId: TEXT,
      credentialId: TEXT,
      grantType: TEXT,
      scopes: TEXTS,
      resources: TEXTS,
      reason: TEXT,
      details: { type: 'object' },
      requestId: TEXT,
      ip: MAYBE,
      method: TEXT,
      route: MAYBE,
    },
  })
}
