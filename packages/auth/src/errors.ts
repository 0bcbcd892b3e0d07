import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<
  { code: string; statusCode?: number },
  [unknown?, ErrorOptions?]
>

function fault(code: string, message: string): Catalogued {
  return createError<[unknown?, ErrorOptions?]>(code, message, 500)
}

/** Options of the plugin, or of `fromFastifyAuth`, cannot be used. */
export const InvalidOptions: Catalogued = fault('LATCHKEY_AUTH_INVALID_OPTIONS', '%s')
/** `config.auth` of a route cannot be read; thrown where the route is declared. */
export const InvalidRoute: Catalogued = fault('LATCHKEY_AUTH_INVALID_ROUTE', '%s')
/** Routes are not fit to be served; `ready()` rejects with this, naming all of them. */
export const RoutesRefused: Catalogued = fault('LATCHKEY_AUTH_ROUTES_REFUSED', '%s')
/** The plugin is registered in a scope that has it already. */
export const RegisteredTwice: Catalogued = fault(
  'LATCHKEY_AUTH_REGISTERED_TWICE',
  'Cannot register auth: this scope or a parent has it already; keep one',
)
/** A report was asked for, or a request arrived, before the application was ready. */
export const NotReady: Catalogued = fault(
  'LATCHKEY_AUTH_NOT_READY',
  'Cannot tell what routes ask for: the application is not ready; write "await app.ready()" first',
)
