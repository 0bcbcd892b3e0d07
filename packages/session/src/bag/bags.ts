import type { FastifyRequest } from 'fastify'
import type { Bag } from '../record.js'

/** The data bags of requests. */
export interface Bags {
  /** An `onRequest` hook: reads the bag. */
  open(request: FastifyRequest, done: (error?: Error) => void): void
  /** Writes what the request changed. @returns `null` when that is nothing. */
  close(request: FastifyRequest): Promise<void> | null
  /** What the request's bag holds under these keys; `null` without a bag. */
  pick(request: FastifyRequest, keys: readonly string[]): Bag | null
  /**
   * Gives a request that has a bag the one of another session.
   *
   * @param id `null`: of none yet.
   */
  switchTo(request: FastifyRequest, id: string | null, bag: Bag): void
}
