import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<{ code: string; statusCode?: number }, [unknown?]>

function fault(code: string, message: string): Catalogued {
  return createError<[unknown?]>(code, message, 500)
}

/** A policy contradicts itself or cannot be read; thrown at boot. */
export const InvalidPolicy: Catalogued = fault('LATCHKEY_AUTHZ_INVALID_POLICY', '%s')
/** A role, scope, permission, resource type or attribute that the policy does not know. */
export const UnknownName: Catalogued = fault('LATCHKEY_AUTHZ_UNKNOWN_NAME', '%s')
/** What a route asks for cannot be read; thrown at boot. */
export const InvalidRequirement: Catalogued = fault('LATCHKEY_AUTHZ_INVALID_REQUIREMENT', '%s')
/** A handler answered on a resource route without deciding about an object; not in production. */
export const UncheckedResource: Catalogued = fault('LATCHKEY_AUTHZ_UNCHECKED_RESOURCE', '%s')
/** A question cannot be answered: an engine that cannot plan, or fields that it does not know. */
export const Unsupported: Catalogued = fault('LATCHKEY_AUTHZ_UNSUPPORTED', '%s')
/** The object is not there, or the caller must not learn that it is: 404. */
export const NotFound: Catalogued = createError<[unknown?]>(
  'LATCHKEY_AUTHZ_NOT_FOUND',
  'Not found',
  404,
)
/** `request.authorize` was asked on a route on which nobody has to be logged in: 403. */
export const NoIdentity: Catalogued = createError<[unknown?]>(
  'LATCHKEY_AUTHZ_NO_IDENTITY',
  'Not allowed',
  403,
)
