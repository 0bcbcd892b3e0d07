import createError, { type FastifyErrorConstructor } from '@fastify/error'

/** Registration of the plugin failed: an option is missing, wrong, or unfit for production. */
export const OptionsError: FastifyErrorConstructor<
  { code: 'LATCHKEY_OAUTH_SERVER_OPTIONS'; statusCode: 500 },
  [string]
> = createError(
  'LATCHKEY_OAUTH_SERVER_OPTIONS',
  'Cannot register the authorization server: %s',
  500,
)

/** The management API was asked for something that cannot be. */
export const ManagementError: FastifyErrorConstructor<
  { code: 'LATCHKEY_OAUTH_SERVER_MANAGEMENT'; statusCode: 400 },
  [string]
> = createError(
  'LATCHKEY_OAUTH_SERVER_MANAGEMENT',
  'Cannot manage the authorization server: %s',
  400,
)
