import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<{ code: string; statusCode?: number }, [unknown?]>

/** More passwords wait to be hashed than may wait: 503. */
export const PasswordBusy: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_PASSWORD_BUSY',
  'Too many logins at the moment',
  503,
)
/** A new password cannot be used: empty, or too long: 422. */
export const PasswordInvalid: Catalogued = createError<[unknown?]>(
  'LATCHKEY_SESSION_PASSWORD_INVALID',
  'The password is empty or too long',
  422,
)
