import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<{ code: string; statusCode?: number }, [unknown?]>

/** The plugin was registered with options that cannot be used: a programmer error. */
export const InvalidOptions: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_INVALID_OPTIONS',
  '%s',
  500,
)
/** What a key should be made of, or changed to, is not possible: 400. */
export const InvalidKey: Catalogued = createError<[unknown?]>('LATCHKEY_API_KEY_INVALID', '%s', 400)
/** There is no key of that id, or it is not the caller's: 404. */
export const UnknownKey: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_UNKNOWN',
  'There is no such API key',
  404,
)
/** The key has ended, and an ended key cannot be changed: 409. */
export const EndedKey: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_ENDED',
  'Cannot change the API key: it has ended',
  409,
)
/** Others kept changing the record: 409. */
export const Conflict: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_CONFLICT',
  'Cannot change the API key: it is being changed by others; try again',
  409,
)
