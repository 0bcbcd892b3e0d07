import type { FastifyInstance } from 'fastify'

/** One request, the same for every window of a variant. */
export interface BenchRequest {
  readonly method?: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A server to be measured, and what it is asked. */
export interface BenchServer {
  readonly app: FastifyInstance
  /** Asked in turn; several to defeat a cache, one to hit it. */
  readonly requests: readonly BenchRequest[]
}

/** One way of doing the work of a group. */
export interface Variant {
  readonly name: string
  /** `bare` is subtracted, `ours` is compared with every `peer`. */
  readonly role: 'bare' | 'ours' | 'peer'
  build(): Promise<BenchServer>
}

/** Several ways of doing the same work: same route, same reply, same credential where it fits. */
export interface Group {
  readonly title: string
  /** What is the same for all, in a sentence. */
  readonly settings: string
  readonly variants: readonly Variant[]
}

/** The figures of a report, ready to be printed. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  readonly notes?: readonly string[]
}

/** What a file in `reports/` exports as default: any other measurement. */
export type Report = (options: { readonly smoke: boolean }) => Promise<Table>
