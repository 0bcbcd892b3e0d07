import type { FastifyRequest } from 'fastify'
import type { AuthorizerSettings, Check } from './check.js'
import { refuse } from './denial.js'
import { InvalidRequirement } from './errors.js'
import { stateOf } from './request-state.js'
import type { FieldPermissions } from './route-requirements.js'
import { type Permission, requirePermission } from './vocabulary.js'

type Body = Readonly<Record<string, unknown>>

/** Holds the fields of a body against what the caller may write; `null` when nothing is masked. */
export function compileWriteMask(
  mask: FieldPermissions | null,
  where: string,
  settings: AuthorizerSettings,
): Check | null {
  if (mask?.write === undefined) return null
  const { name, type } = requireMaskable(mask.write, where, settings)
  const { policy } = settings.asker
  return (identity, request, reply) => {
    const body = (request.body ?? {}) as Body
    const object = (request.resource ?? body) as Body
    const question = { identity, permission: name, type: null, object }
    const verdict = policy.evaluate(question)
    if (verdict.effect !== 'allow') {
      return refuse(request, reply, { identity, permission: name, object, verdict }, settings)
    }
    const open = policy.fields(question)
    const isMoved = (field: string): boolean =>
      field === type?.tenant && body[field] !== object[field]
    const closed = Object.keys(body).filter((field) => !open.includes(field) || isMoved(field))
    if (closed.length === 0) return null
    const names = closed.map((field) => JSON.stringify(field)).join(', ')
    return {
      effect: 'deny',
      reason: 'forbidden-field',
      details: { permission: name, fields: closed },
      disclose: `Not allowed to set ${names}`,
    }
  }
}

/** Checks at boot that the permission to read by is one whose fields are known. */
export function requireReadMask(
  mask: FieldPermissions | null,
  where: string,
  settings: AuthorizerSettings,
): FieldPermissions | null {
  if (mask?.read === undefined) return null
  requireMaskable(mask.read, where, settings)
  return mask
}

function requireMaskable(name: string, where: string, { asker }: AuthorizerSettings): Permission {
  const permission = requirePermission(asker.policy.permissions, name, where)
  if (permission.type !== null && asker.isOwn(name)) return permission
  throw new InvalidRequirement(
    `Cannot read ${where}: the fields of "${name}" cannot be masked, because it is not about a resource type that the policy decides itself`,
  )
}

/**
 * Takes from an answer what the caller may not read: fields of an object, and whole objects. A
 * single object that may not be read at all becomes `null`.
 */
export function maskAnswer(
  request: FastifyRequest,
  payload: unknown,
  { asker }: Pick<AuthorizerSettings, 'asker'>,
): unknown {
  const state = stateOf(request)
  const { read, at } = state.mask as FieldPermissions
  state.owes = null
  if (at === undefined) return show(payload)
  const whole = payload as Body
  return { ...whole, [at]: show(whole[at]) }

  function show(value: unknown): unknown {
    if (Array.isArray(value)) return value.flatMap((each) => pick(each) ?? [])
    return pick(value) ?? null
  }
  function pick(object: unknown): object | undefined {
    if (typeof object !== 'object' || object === null) return undefined
    const mask = asker.fields(request.identity, read as string, object)
    return mask.open?.size === 0 ? undefined : mask.pick(object)
  }
}
