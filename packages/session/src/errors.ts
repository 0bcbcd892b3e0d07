import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<{ code: string; statusCode?: number }, [unknown?]>

/** The plugin cannot be registered like this; the message says what to write. */
export const InvalidOptions: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_INVALID_OPTIONS',
  'Cannot register the session mechanism: %s',
  500,
)
/** A login says something that no session can hold: a programmer error. */
export const InvalidLogin: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_INVALID_LOGIN',
  'Cannot log in: %s',
  500,
)
/** `request.session` holds what cannot be stored: a programmer error. */
export const InvalidBag: FastifyErrorConstructor<
  { code: string; statusCode?: number },
  [state: string, options?: { cause: unknown }]
> = createError('LATCHKEY_SESSION_INVALID_BAG', 'Cannot store the session data: %s', 500)
/** The store did not answer, so nothing is known and nothing was changed for sure: 503. */
export const Unavailable: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_UNAVAILABLE',
  'Sessions are not available at the moment',
  503,
)
/** The request has no session that lives, where one is needed: 401. */
export const Ended: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_ENDED',
  'There is no session, or it has ended',
  401,
)
/** The subject has as many sessions as it may have, and the policy is `deny`: 409. */
export const TooMany: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_TOO_MANY',
  'There are too many sessions; log out elsewhere first',
  409,
)
/** Another site's page tries to log this browser in or out: 403. */
export const CrossSite: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_CROSS_SITE',
  'The request was sent from another site',
  403,
)
/** The caller has no session of that id: 404. */
export const Unknown: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_UNKNOWN',
  'There is no such session',
  404,
)
