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
