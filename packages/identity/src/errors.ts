import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<{ code: string; statusCode?: number }, [unknown?]>

function fault(code: string, message: string): Catalogued {
  return createError<[unknown?]>(code, message, 500)
}

/** Nothing was presented: 401. */
export const Unauthenticated: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_UNAUTHENTICATED',
  'Authentication is required',
  401,
)
/** What was presented is bad: 401. */
export const Refused: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_REFUSED',
  'The credential was refused',
  401,
)
/** What was presented cannot be read, or was presented twice: 400. */
export const Malformed: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_MALFORMED',
  'The credential is malformed',
  400,
)
/** Two mechanisms of the route would each take a credential of the request: 400 (RFC 6750 §2). */
export const Ambiguous: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_AMBIGUOUS',
  'More than one credential was presented',
  400,
)
/** Too many bad credentials: 429. */
export const Throttled: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_THROTTLED',
  'Too many attempts',
  429,
)
/** A mechanism could not find out, or took too long: 503. */
export const Unavailable503: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_UNAVAILABLE',
  'Authentication is not available at the moment',
  503,
)
/** A mechanism or an authorizer threw: 500, with the exception as `cause`. */
export const Failed: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_FAILED',
  'Authentication could not be completed',
  500,
)
/** Another site's page sent the request with this browser's cookie: 403. */
export const CrossSite: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_CROSS_SITE',
  'The request was sent from another site',
  403,
)
/** The caller is known, and not allowed: 403. */
export const Forbidden: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_FORBIDDEN',
  'Not allowed',
  403,
)
/** A fresher or stronger login is asked for: 401 (RFC 9470). */
export const StepUpRequired: Catalogued = createError<[unknown?]>(
  'LATCHKEY_IDENTITY_STEP_UP',
  'A fresher or stronger login is required',
  401,
)
/** `requireIdentity` was called where no identity can be: a programmer error. */
export const IdentityMissing: Catalogued = fault(
  'LATCHKEY_IDENTITY_MISSING',
  'Cannot read the identity: the route "%s" has no authentication, or has it as optional',
)
/** A plan cannot be read. */
export const InvalidPlan: Catalogued = fault('LATCHKEY_IDENTITY_INVALID_PLAN', '%s')
/** A plan names what is not registered. */
export const UnknownMechanism: Catalogued = fault('LATCHKEY_IDENTITY_UNKNOWN_MECHANISM', '%s')
/** Two mechanisms of one scope have one name, or two of one plan one credential source. */
export const Clash: Catalogued = fault('LATCHKEY_IDENTITY_CLASH', '%s')
/** A mechanism does not keep its contract. */
export const InvalidMechanism: Catalogued = fault('LATCHKEY_IDENTITY_INVALID_MECHANISM', '%s')
/** The testing kit was used outside `NODE_ENV=test`. */
export const TestingRefused: Catalogued = fault(
  'LATCHKEY_IDENTITY_TESTING_REFUSED',
  'Cannot use the testing kit: set NODE_ENV=test, and never import it in production',
)
