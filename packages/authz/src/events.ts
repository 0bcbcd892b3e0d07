import { about, channels, type Identity, publishEvent } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import type { Asker } from './asker.js'
import type { Explanation } from './explanation.js'
import type { Verdict } from './verdict.js'

/** How decisions are reported. */
export interface EventSettings {
  /** Share of the decisions that allow which is published, from 0 to 1. */
  readonly sampleAllows: number
}

/** What the log shows of a denial: rules and what was missing, no value of the object. */
export type DenialDetails = Readonly<Record<string, unknown>>

/**
 * Sums up a denial for the log.
 *
 * @returns Nothing more than the permission and its rules when nobody listens.
 */
export function denialDetails(
  verdict: Verdict,
  permission: string,
  explain: () => Explanation | null,
): DenialDetails {
  const { rules } = verdict
  const explanation = channels.denied.hasSubscribers ? explain() : null
  if (explanation === null) return { permission, rules }
  const candidates = explanation.candidates.map(({ rule, shortfall }) => ({
    rule,
    requirement: shortfall.requirement,
    needs: shortfall.needs,
  }))
  return {
    permission,
    rules: explanation.matched.length > 0 ? explanation.matched : rules,
    candidates,
  }
}

/** @returns An explanation where the policy itself decides, for the log. */
export function explainOwn(
  asker: Asker,
  identity: Identity,
  permission: string,
  object: unknown,
): Explanation | null {
  return asker.isOwn(permission)
    ? (asker.explain(identity, permission, object) as Explanation)
    : null
}

/** Tells subscribers of a decision that allows, or of a sample of them. */
export function publishAllowed(
  request: FastifyRequest,
  identity: Identity,
  permission: string,
  verdict: Verdict,
  { sampleAllows }: EventSettings,
): void {
  if (!channels.allowed.hasSubscribers || Math.random() >= sampleAllows) return
  const details = { permission, rules: verdict.rules }
  publishEvent(channels.allowed, request, { ...about(identity), reason: verdict.reason, details })
}
