import type { AuthEventName } from './events.js'

/** A JSON schema (draft-07) of an event's payload. */
export interface EventSchema {
  readonly $id: string
  readonly type: 'object'
  readonly description: string
  readonly required: readonly string[]
  readonly additionalProperties: false
  readonly properties: Readonly<Record<string, unknown>>
}

const TEXT = { type: 'string', minLength: 1 }
const MAYBE = { type: 'string' }
const SECONDS = { type: 'integer', minimum: 0 }
const WHERE = ['at', 'outcome', 'requestId', 'ip', 'method', 'route']
const WHO = ['mechanism', 'subject', 'issuer', 'credentialId']

/** The payload of every event, by its name. Names and required fields do not change. */
export const eventSchemas: Readonly<Record<AuthEventName, EventSchema>> = Object.freeze({
  'latchkey:authenticated': ofRequest('authenticated', 'Somebody proved who they are.', WHO),
  'latchkey:refused': ofRequest(
    'refused',
    'Nothing was presented where something is needed, or it was bad.',
    ['reason'],
  ),
  'latchkey:unavailable': ofRequest(
    'unavailable',
    'A mechanism could not find out, or took too long.',
    ['mechanism', 'reason'],
  ),
  'latchkey:failed': ofRequest(
    'failed',
    'A mechanism or an authorizer threw, or broke its contract.',
    ['mechanism', 'reason'],
  ),
  'latchkey:csrf': ofRequest(
    'csrf',
    "Another site's page sent the request with this browser's credential, or a login or logout.",
    ['reason'],
  ),
  'latchkey:denied': ofRequest('denied', 'The caller is known, and not allowed.', [
    ...WHO,
    'reason',
  ]),
  'latchkey:allowed': ofRequest('allowed', 'A decision that let the caller through.', WHO),
  'latchkey:revoked': define(
    'revoked',
    'A credential, or all of a subject, ended before its time.',
    ['at', 'outcome', 'mechanism', 'reason'],
    {
      mechanism: TEXT,
      reason: TEXT,
      credentialId: TEXT,
      subject: TEXT,
      issuer: TEXT,
      tenant: TEXT,
      by: TEXT,
      requestId: TEXT,
    },
  ),
})

function ofRequest(outcome: string, description: string, required: readonly string[]): EventSchema {
  return define(outcome, description, [...WHERE, ...required], {
    requestId: TEXT,
    ip: MAYBE,
    method: TEXT,
    route: MAYBE,
    mechanism: TEXT,
    subject: TEXT,
    issuer: TEXT,
    credentialId: TEXT,
    actor: TEXT,
    reason: TEXT,
    details: { type: 'object' },
  })
}

function define(
  outcome: string,
  description: string,
  required: readonly string[],
  properties: Readonly<Record<string, unknown>>,
): EventSchema {
  return Object.freeze({
    $id: `latchkey:${outcome}`,
    type: 'object',
    description,
    required,
    additionalProperties: false,
    properties: { at: SECONDS, outcome: { const: outcome }, ...properties },
  })
}
