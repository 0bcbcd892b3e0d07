import type { StepUp } from '@latchkey/identity'

/** What became of one question, before anybody asks why. */
export type Verdict =
  | {
      readonly effect: 'allow'
      readonly reason: 'allowed'
      /** The rule that decided. */
      readonly rules: readonly string[]
    }
  | {
      readonly effect: 'deny'
      readonly reason: DenialReason
      /** The rule that forbade, or that lacked nothing but scopes. */
      readonly rules: readonly string[]
      /** Space-separated scopes that would have helped. */
      readonly scope?: string
    }
  | {
      readonly effect: 'challenge'
      readonly reason: string
      readonly rules: readonly string[]
      readonly stepUp: StepUp
    }

/** A verdict that is not yes. */
export type Denial = Exclude<Verdict, { effect: 'allow' }>

/**
 * Why not: no rule allows; a rule forbids; only scopes are missing; the object is another tenant's;
 * the question was about an object and came without; nobody is logged in; another engine said so.
 */
export type DenialReason =
  | 'no-rule'
  | 'forbidden'
  | 'missing-scope'
  | 'other-tenant'
  | 'no-object'
  | 'no-identity'
  | 'engine'
