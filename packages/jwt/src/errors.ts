import createError, { type FastifyErrorConstructor } from '@fastify/error'

/** The options of this package do not fit together, or leave out what must be said. */
export const InvalidOptions: FastifyErrorConstructor<
  { code: 'LATCHKEY_JWT_INVALID_OPTIONS'; statusCode: 500 },
  [string]
> = createError('LATCHKEY_JWT_INVALID_OPTIONS', 'Cannot register the JWT mechanism: %s', 500)

/** The application asked `app.tokens` for what it was not set up to do: a programmer's error. */
export const InvalidRequest: FastifyErrorConstructor<
  { code: 'LATCHKEY_JWT_INVALID_REQUEST'; statusCode: 500 },
  [string]
> = createError('LATCHKEY_JWT_INVALID_REQUEST', 'Cannot issue or revoke tokens: %s', 500)

/** A refresh token is not accepted: 400, as `invalid_grant` (RFC 6749 §5.2). `cause` says why. */
export const RefreshRefused: FastifyErrorConstructor<
  { code: 'LATCHKEY_JWT_REFRESH_REFUSED'; statusCode: 400 },
  [{ readonly cause: string }]
> = createError('LATCHKEY_JWT_REFRESH_REFUSED', 'The refresh token is not valid', 400)
