/** How a limit stands after a request has been charged to it, or refused. */
export interface LimitStatus {
  readonly policy: 'rate' | 'quota'
  readonly limit: number
  readonly remaining: number
  /** Seconds in which the limit applies; `null` where there is no fixed window. */
  readonly window: number | null
  /** Seconds until something is given back; `null`: never. */
  readonly resetsIn: number | null
}

/** What one limit made of a charge. */
export interface LimitUse {
  readonly allowed: boolean
  readonly status: LimitStatus
}
