/** As much of a rule of CASL as is needed. */
export interface CaslRule {
  readonly inverted: boolean
  readonly reason?: string | undefined
  readonly conditions?: unknown
  /** The conditions, parsed. */
  readonly ast?: CaslCondition | undefined
}

/** A condition of CASL, parsed. */
export interface CaslCondition {
  readonly operator: string
  readonly value: unknown
  readonly field?: unknown
}
