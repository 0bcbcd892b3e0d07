import type { Identity } from '@latchkey/identity'
import type { Verdict } from './verdict.js'

/** The first thing that kept a rule from applying. */
export interface Shortfall {
  readonly requirement: 'role' | 'scope' | 'tenant' | 'condition' | 'assurance'
  /** What the rule asks for, such as `ownerId = caller.subject`. */
  readonly needs: string
  /** What there was instead, such as `ownerId is "u2", caller.subject is "u1"`. */
  readonly found: string
}

/** A rule that would have allowed, had it applied. */
export interface Candidate {
  readonly rule: string
  readonly shortfall: Shortfall
}

/** Why a question was answered as it was; the same for the same question, fit for snapshots. */
export interface Explanation {
  readonly effect: Verdict['effect']
  readonly reason: string
  readonly permission: string
  readonly caller: {
    readonly subject: string
    readonly issuer: string
    readonly tenant: string | undefined
    readonly roles: readonly string[]
    readonly scopes: readonly string[]
  }
  readonly object: { readonly type: string; readonly id: string | undefined } | null
  /** The rules that applied and decided: all that forbid, or else all that allow. */
  readonly matched: readonly string[]
  /** The rules that would have allowed, each with the first thing that it lacked. */
  readonly candidates: readonly Candidate[]
  /** All of it in words. */
  readonly text: string
}

/**
 * Writes an explanation in words.
 *
 * @param nameRule What a rule is called. Default: its id.
 */
export function writeExplanation(
  parts: Omit<Explanation, 'text'>,
  nameRule: (id: string) => string = (id) => id,
): string {
  const { object, caller, matched, candidates } = parts
  const on =
    object === null ? '' : ` on ${object.type}${object.id === undefined ? '' : ` "${object.id}"`}`
  const lines = [`${parts.effect.toUpperCase()} ${parts.permission}${on}: ${inWords(parts)}`]
  lines.push(`  caller: ${describeCaller(caller)}`)
  if (matched.length > 0) {
    lines.push(parts.effect === 'allow' ? '  allowed by:' : '  because of:')
    for (const rule of matched) lines.push(`    - ${nameRule(rule)}`)
  }
  if (parts.effect !== 'allow' && candidates.length > 0) {
    lines.push('  would have allowed:')
    for (const { rule, shortfall } of candidates) {
      lines.push(`    - ${nameRule(rule)}`)
      lines.push(`        ${shortfall.requirement}: needs ${shortfall.needs}; ${shortfall.found}`)
    }
  }
  return lines.join('\n')
}

/** Sums up a caller for an explanation. */
export function callerOf(identity: Identity): Explanation['caller'] {
  return {
    subject: identity.subject,
    issuer: identity.issuer,
    tenant: identity.tenant,
    roles: [...identity.roles].sort(),
    scopes: [...identity.scopes].sort(),
  }
}

function describeCaller(caller: Explanation['caller']): string {
  const parts = [`"${caller.subject}" of "${caller.issuer}"`]
  if (caller.tenant !== undefined) parts.push(`tenant "${caller.tenant}"`)
  parts.push(caller.roles.length === 0 ? 'no roles' : `roles ${caller.roles.join(', ')}`)
  if (caller.scopes.length > 0) parts.push(`scopes ${caller.scopes.join(' ')}`)
  return parts.join(', ')
}

const WORDS: Readonly<Record<string, string>> = {
  allowed: 'a rule allows it',
  forbidden: 'a rule forbids it',
  'no-rule': 'no rule allows it',
  'missing-scope': 'only a scope is missing',
  'other-tenant': 'the object belongs to another tenant',
  'no-object': 'the question needs an object and came without',
  'no-identity': 'nobody is logged in',
}

function inWords({ effect, reason }: Pick<Explanation, 'effect' | 'reason'>): string {
  if (effect === 'challenge') return `a better login would allow it (${reason})`
  return WORDS[reason] ?? reason
}
