import type { EventSchema } from '@latchkey/identity'
import type { KeyEventOutcome } from './events.js'

const TEXT = { type: 'string', minLength: 1 }

/** The payload of every event of this package, by its name. Names and required fields stay. */
export const keyEventSchemas: Readonly<Record<`latchkey:key.${KeyEventOutcome}`, EventSchema>> =
  Object.freeze({
    'latchkey:key.created': define('created', 'A key was made.'),
    'latchkey:key.imported': define('imported', 'A key of another system was taken over.'),
    'latchkey:key.updated': define('updated', 'What a key is told about itself was changed.'),
    'latchkey:key.disabled': define('disabled', 'A key is refused until it is enabled again.'),
    'latchkey:key.enabled': define('enabled', 'A disabled key is accepted again.'),
    'latchkey:key.rotated': define('rotated', 'A key got a new secret under its id.'),
    'latchkey:key.expiring': define('expiring', 'A key expires soon; told once.'),
    'latchkey:key.leaked': define('leaked', 'A key was found where it should not be.'),
    'latchkey:key.limited': define('limited', 'A request would have passed a limit of its key.'),
  })

function define(outcome: KeyEventOutcome, description: string): EventSchema {
  return Object.freeze({
    $id: `latchkey:key.${outcome}`,
    type: 'object',
    description,
    required: ['at', 'outcome', 'mechanism', 'issuer', 'subject', 'ownerType', 'credentialId'],
    additionalProperties: false,
    properties: {
      at: { type: 'integer', minimum: 0 },
      outcome: { const: outcome },
      mechanism: TEXT,
      issuer: TEXT,
      subject: TEXT,
      ownerType: { enum: ['user', 'organization', 'service'] },
      credentialId: TEXT,
      tenant: TEXT,
      reason: TEXT,
      details: { type: 'object' },
    },
  })
}
