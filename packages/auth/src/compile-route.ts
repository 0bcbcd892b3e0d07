import {
  type CompiledRequirements,
  type MechanismRegistry,
  type ResolvedPlan,
  resolvePlan,
} from '@latchkey/identity'
import type { DecidedBy, DeclaredRoute } from './declare-route.js'
import { createGuard, type Guard } from './guard.js'
import type { Settings } from './options.js'

/** What the words of a route have become. */
export interface CompiledRoute {
  /** `null` for a route that was declared before the plugin, and is open by the option `routes`. */
  readonly declared: DeclaredRoute | null
  readonly methods: readonly string[]
  readonly url: string
  readonly decidedBy: DecidedBy
  /** `null` for a public route. */
  readonly plan: ResolvedPlan | null
  readonly requirements: CompiledRequirements | null
  /** What {@link DeclaredRoute.guard} is to become; `null` for a public route. */
  readonly guard: Guard | null
}

/**
 * Looks up what a route's words mean in its scope.
 *
 * @param onFault Called with each fault, a sentence that says what to write.
 * @returns `null` when there was a fault.
 */
export function compileRoute(
  declared: DeclaredRoute,
  settings: Settings,
  onFault: (message: string, cause?: unknown) => void,
): CompiledRoute | null {
  const { methods, url, auth, decidedBy } = declared
  const route = { declared, methods, url, decidedBy }
  if (decidedBy === 'nobody') {
    onFault(
      'it says nothing about authentication; write config: { auth: "public" }, or a plan such as config: { auth: ["session"] }',
    )
    return null
  }
  if (auth === null || auth.plan === null)
    return { ...route, plan: null, requirements: null, guard: null }
  const registry = declared.scope.mechanisms
  const { plan: parsed } = auth
  const plan = attempt(() => resolvePlan(parsed, registry), onFault)
  const requirements = compileRequirements(declared, auth.requirements, registry, onFault)
  if (plan === undefined || requirements === undefined) return null
  const by = registry.authorizer()?.name ?? ''
  const guard = createGuard(plan, requirements, by, settings.hooks)
  return { ...route, plan, requirements, guard }
}

function compileRequirements(
  { methods, url }: DeclaredRoute,
  requirements: Readonly<Record<string, unknown>> | null,
  registry: MechanismRegistry,
  onFault: (message: string, cause?: unknown) => void,
): CompiledRequirements | null | undefined {
  if (requirements === null) return null
  const authorizer = registry.authorizer()
  const unclaimed = Object.keys(requirements).filter(
    (key) => authorizer?.requirements.includes(key) !== true,
  )
  if (authorizer === undefined || unclaimed.length > 0) {
    const keys = unclaimed.map((key) => `"${key}"`).join(', ')
    onFault(
      authorizer === undefined
        ? `nobody decides ${keys}; register @latchkey/authz, or leave it out`
        : `nobody decides ${keys}; register @latchkey/authz, or correct the name: "${authorizer.name}" decides ${authorizer.requirements.join(', ')}`,
    )
    return undefined
  }
  const route = { method: methods.join(', '), url }
  return attempt(() => authorizer.compile(requirements, route), onFault)
}

function attempt<T>(
  action: () => T,
  onFault: (message: string, cause?: unknown) => void,
): T | undefined {
  try {
    return action()
  } catch (cause) {
    onFault((cause as Error).message, cause)
    return undefined
  }
}
