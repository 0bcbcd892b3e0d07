import { RoutesRefused } from './errors.js'

/** Something that keeps the application from starting. */
export interface RouteFault {
  /** Methods and URL, such as `GET, HEAD /orders`, or the option that is wrong. */
  readonly route: string
  /** What is wrong, and what to write. */
  readonly message: string
}

/** Collects faults, those of several methods of one URL as one. */
export interface FaultBook {
  add(methods: readonly string[], url: string, message: string, cause?: unknown): void
  /** @throws {Error} `LATCHKEY_AUTH_ROUTES_REFUSED` when there is a fault. */
  close(others: readonly RouteFault[]): void
}

interface Finding {
  readonly methods: Set<string>
  readonly url: string
  readonly message: string
}

/** Opens an empty book. */
export function createFaultBook(): FaultBook {
  const findings = new Map<string, Finding>()
  const causes: unknown[] = []
  return {
    add(methods, url, message, cause) {
      const key = JSON.stringify([url, message])
      const finding = findings.get(key) ?? { methods: new Set(), url, message }
      for (const method of methods) finding.methods.add(method)
      findings.set(key, finding)
      if (cause !== undefined) causes.push(cause)
    },
    close(others) {
      const faults = [...[...findings.values()].map(toFault), ...others]
      if (faults.length > 0) throw refusal(faults, causes)
    },
  }
}

function toFault({ methods, url, message }: Finding): RouteFault {
  return { route: `${[...methods].sort().join(', ')} ${url}`, message }
}

function refusal(faults: readonly RouteFault[], causes: readonly unknown[]): Error {
  const lines = faults.map(({ route, message }) => `  ${route}: ${message}`)
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  const text = [`Cannot start: the routes have ${count}`, ...lines].join('\n')
  const error = new RoutesRefused(text, { cause: new AggregateError(causes, text) })
  return Object.assign(error, { faults })
}
