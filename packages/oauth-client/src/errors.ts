import createError, { type FastifyErrorConstructor } from '@fastify/error'

/** An error whose `cause` is the reason for the log: a stable code, or what was thrown. */
export type Failure = FastifyErrorConstructor<
  { code: string; statusCode?: number },
  [{ readonly cause: unknown }?]
>
type Fault = FastifyErrorConstructor<{ code: string; statusCode?: number }, [string]>

function failure(code: string, message: string, status: number): Failure {
  return createError(`LATCHKEY_OAUTH_CLIENT_${code}`, message, status) as unknown as Failure
}

/** The plugin cannot be registered like this; the message says what to write. */
export const InvalidOptions: Fault = createError<[string]>(
  'LATCHKEY_OAUTH_CLIENT_INVALID_OPTIONS',
  'Cannot register the OAuth client: %s',
  500,
)
/** The application asked for what it was not set up to do: a programmer error. */
export const InvalidUse: Fault = createError<[string]>(
  'LATCHKEY_OAUTH_CLIENT_INVALID_USE',
  'Cannot use the OAuth client: %s',
  500,
)
/** The callback came without the cookie of an attempt: another browser began it, or nobody did. */
export const NotBegunHere: Failure = failure(
  'NOT_BEGUN_HERE',
  'This sign-in was not begun in this browser, or is over',
  400,
)
/** The attempt took too long. */
export const Expired: Failure = failure('EXPIRED', 'This sign-in took too long', 400)
/** The callback of an attempt came a second time. */
export const Replayed: Failure = failure('REPLAYED', 'This sign-in has already been used', 400)
/** The callback, or the form, is none that a provider or a page of ours sends. */
export const Malformed: Failure = failure('MALFORMED', 'The request is not understood', 400)
/** The answer comes from another provider than the one that was asked. */
export const WrongIssuer: Failure = failure(
  'WRONG_ISSUER',
  'The answer does not come from the provider that was asked',
  400,
)
/** The user, or the provider for them, said no. */
export const Cancelled: Failure = failure('CANCELLED', 'The sign-in was cancelled', 403)
/** The provider refuses what we ask, or its answer cannot be used. */
export const ProviderRefused: Failure = failure(
  'PROVIDER_REFUSED',
  'The provider did not complete the sign-in',
  502,
)
/** The provider does not answer. */
export const ProviderUnavailable: Failure = failure(
  'PROVIDER_UNAVAILABLE',
  'The provider cannot be reached at the moment',
  503,
)
/** The ID token, or what else says who the user is, is not to be believed. */
export const ProofRefused: Failure = failure(
  'PROOF_REFUSED',
  'The provider did not prove who you are',
  401,
)
/** `onSignIn` refuses. */
export const Refused: Failure = failure('REFUSED', 'You cannot sign in with this account', 403)
/** Accounts are linked only by who has just logged in, from their own session. */
export const LinkRefused: Failure = failure(
  'LINK_REFUSED',
  'To link this account, log in again and start from there',
  403,
)
/** The session room does not let this login happen. */
export const LoginRefused: Failure = failure('LOGIN_REFUSED', 'You cannot be logged in now', 403)
/** The store, or the application's hook, fails. */
export const Unavailable: Failure = failure(
  'UNAVAILABLE',
  'Signing in is not possible at the moment',
  503,
)
/** The session has no tokens of the provider. */
export const NoTokens: Failure = failure(
  'NO_TOKENS',
  'You are not signed in with the provider',
  401,
)
/** The provider does not renew the tokens any more. */
export const SignInAgain: Failure = failure('SIGN_IN_AGAIN', 'Sign in with the provider again', 401)
/** A logout token is not one of the provider's, or was used before. */
export const LogoutRefused: Failure = failure(
  'LOGOUT_REFUSED',
  'The logout token is not accepted',
  400,
)
