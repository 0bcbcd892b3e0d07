import createError, { type FastifyErrorConstructor } from '@fastify/error'

/** An application gave a secret that can be guessed. */
export const WeakSecretError: FastifyErrorConstructor<
  { code: 'LATCHKEY_TOKENS_WEAK_SECRET'; statusCode: 500 },
  [string, string]
> = createError(
  'LATCHKEY_TOKENS_WEAK_SECRET',
  'Cannot use the secret "%s": it %s. Make one with: openssl rand -base64 48',
  500,
)

/** A set of secrets cannot be used together, or none of them is valid now. */
export const KeysError: FastifyErrorConstructor<
  { code: 'LATCHKEY_TOKENS_INVALID_KEYS'; statusCode: 500 },
  [string]
> = createError('LATCHKEY_TOKENS_INVALID_KEYS', 'Cannot use the keys: %s', 500)

/** An application named a URL that must not be called. */
export const OutboundUrlError: FastifyErrorConstructor<
  { code: 'LATCHKEY_TOKENS_OUTBOUND_URL'; statusCode: 500 },
  [string, string]
> = createError('LATCHKEY_TOKENS_OUTBOUND_URL', 'Cannot call the URL in "%s": it %s', 500)

/** A call to another server gave nothing that can be used. */
export const OutboundError: FastifyErrorConstructor<
  { code: 'LATCHKEY_TOKENS_OUTBOUND_FAILED'; statusCode: 502 },
  [string, string, { readonly cause: unknown }?]
> = createError('LATCHKEY_TOKENS_OUTBOUND_FAILED', 'Cannot call "%s": %s', 502)
