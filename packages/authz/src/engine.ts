import type { Identity } from '@latchkey/identity'
import type { Explanation } from './explanation.js'
import type { Plan } from './filter.js'
import type { Verdict } from './verdict.js'

/** One question: may this caller do this, to this object? */
export interface Question {
  readonly identity: Identity
  /** Such as `document.edit`. */
  readonly permission: string
  /** The resource type; `null` for a permission that is about none. */
  readonly type: string | null
  /** The object; absent for what is asked without one. */
  readonly object?: object | undefined
  /** What else an engine may look at, such as the address of the client. */
  readonly context?: Readonly<Record<string, unknown>>
}

/**
 * Whoever decides: the policy itself, or another engine for the resource types that are given to
 * it. An engine that throws or rejects answers 500: nothing is allowed because nobody could be
 * asked.
 */
export interface Engine {
  readonly name: string
  evaluate(question: Question): Verdict | Promise<Verdict>
  /** The same for many questions at once; the answers in their order. */
  evaluateMany(questions: readonly Question[]): readonly Verdict[] | Promise<readonly Verdict[]>
  /** Which objects the caller may act on. Without it, rows cannot be filtered. */
  plan?(question: Question): Plan | Promise<Plan>
  /** Why. Without it, an explanation holds the verdict alone. */
  explain?(question: Question): Explanation | Promise<Explanation>
}
