import type { Decision, Identity } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthorizerSettings, Check } from './check.js'
import { conceal, refuse } from './denial.js'
import { InvalidRequirement } from './errors.js'
import { publishAllowed } from './events.js'
import { compileWriteMask, requireReadMask } from './mask.js'
import { stateOf } from './request-state.js'
import type { ReadRequirements, ResourceLoader } from './route-requirements.js'
import { isThenable } from './thenable.js'
import type { Verdict } from './verdict.js'
import { requirePermission } from './vocabulary.js'

/** The checks of permissions that need no object, and what can be foreseen of the others. */
export function compileEarlyPermissions(
  { permissions, can, resource }: ReadRequirements,
  where: string,
  settings: AuthorizerSettings,
): Check[] {
  const { asker } = settings
  const names = can === null ? permissions : [...permissions, can]
  const words = names.map((name) => requirePermission(asker.policy.permissions, name, where))
  const needy = words.find((word) => word.isOnObject && word.name !== can)
  if (needy !== undefined) {
    throw new InvalidRequirement(
      `Cannot read ${where}: "${needy.name}" is about an object; write can: "${needy.name}" and resource: (request) => ...`,
    )
  }
  return words.flatMap((word): Check[] => {
    if (!word.isOnObject && (resource === null || word.name !== can)) {
      return [ask(word.name, settings)]
    }
    if (!asker.isOwn(word.name)) return []
    return [
      (identity, request, reply) => {
        const verdict = asker.policy.foresee(identity, word.name)
        return verdict === null
          ? null
          : refuse(
              request,
              reply,
              { identity, permission: word.name, object: undefined, verdict },
              settings,
            )
      },
    ]
  })
}

/** What is decided when params and body are there; `null` when nothing is left to decide. */
export function compileLate(
  required: ReadRequirements,
  where: string,
  settings: AuthorizerSettings,
): Check | null {
  const { can, resource, mask } = required
  const { permissions } = settings.asker.policy
  const isOnObject = can !== null && requirePermission(permissions, can, where).isOnObject
  const write = compileWriteMask(mask, where, settings)
  const read = requireReadMask(mask, where, settings)
  const isLeftToHandler = resource === null ? isOnObject : can === null
  if (resource === null && write === null && read === null && !isOnObject) return null
  const debt = settings.guard && isLeftToHandler ? remedyFor(can, resource) : null
  return (identity, request, reply) => {
    const state = stateOf(request)
    state.owes = debt
    if (read !== null) state.mask = read
    if (resource === null) return write === null ? null : write(identity, request, reply)
    return withResource(resource, identity, request, reply, (object) => {
      const decision = can === null ? null : ask(can, settings, object)(identity, request, reply)
      if (write === null) return decision
      if (!isThenable(decision)) return decision ?? write(identity, request, reply)
      return decision.then((late) => late ?? write(identity, request, reply))
    })
  }
}

function withResource(
  load: ResourceLoader,
  identity: Identity,
  request: FastifyRequest,
  reply: FastifyReply,
  next: (object: object) => Decision | null | PromiseLike<Decision | null>,
): Decision | null | PromiseLike<Decision | null> {
  const found = (object: unknown): Decision | null | PromiseLike<Decision | null> => {
    if (typeof object !== 'object' || object === null) {
      throw conceal(request, reply, identity, 'no-resource', {})
    }
    request.resource = object
    return next(object)
  }
  const loaded = load(request, reply)
  return isThenable(loaded) ? loaded.then(found) : found(loaded)
}

function ask(permission: string, settings: AuthorizerSettings, object?: object): Check {
  return (identity, request, reply) => {
    const verdict = settings.asker.ask(identity, permission, object)
    const answer = (late: Verdict): Decision | null => {
      if (late.effect !== 'allow') {
        return refuse(request, reply, { identity, permission, object, verdict: late }, settings)
      }
      publishAllowed(request, identity, permission, late, settings)
      return null
    }
    return isThenable(verdict) ? verdict.then(answer) : answer(verdict)
  }
}

function remedyFor(can: string | null, resource: ResourceLoader | null): string {
  if (resource !== null) {
    return 'name the permission in config.auth.can, or await request.authorize("<permission>", request.resource)'
  }
  return `load the object in config.auth.resource, or await request.authorize("${can}", object) or request.plan("${can}")`
}
