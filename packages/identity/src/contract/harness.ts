import type { FastifyInstance } from 'fastify'
import type { Identity } from '../identity.js'

/** What a request carries, for `app.inject`. */
export interface Presented {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** Texts that must never be seen in a log line, an event, a report or a response. */
  readonly secrets: readonly string[]
}

/** A credential that proves nothing. */
export interface BadCredential extends Presented {
  /** What is wrong with it, such as `expired` or `signed with another key`. */
  readonly what: string
  /**
   * Default `refusal`. `nothing` for a stale cookie, which counts as not presented; the answer is
   * 401 either way.
   */
  readonly outcome?: 'refusal' | 'nothing'
}

/** What a mechanism hands to the contract suite. */
export interface MechanismHarness {
  /** Registers the mechanism under a name; called up to twice on one application. */
  register(app: FastifyInstance, name: string): Promise<void>
  /** A request that the mechanism of that name takes; called when the application is ready. */
  valid(app: FastifyInstance, name: string): Presented | Promise<Presented>
  /** What the identity of {@link MechanismHarness.valid} must say, as far as it is known. */
  readonly expected: Partial<Pick<Identity, 'subject' | 'issuer' | 'kind' | 'credentialId'>>
  /** Every way in which a credential can be bad: expired, revoked, forged, malformed. */
  bad(
    app: FastifyInstance,
    name: string,
  ): readonly BadCredential[] | Promise<readonly BadCredential[]>
  /** Puts any text in the place where the mechanism looks for its credential. */
  present(text: string, name: string): Pick<Presented, 'headers' | 'query'>
  /**
   * Cuts off what the mechanism depends on, such as its store, after which a good credential is
   * answered with 503. Absent for a mechanism that depends on nothing.
   */
  outage?(app: FastifyInstance, name: string): void | Promise<void>
}

/** One promise that every mechanism keeps. */
export interface MechanismContractCase {
  readonly name: string
  /** @throws {AssertionError} When the mechanism does not keep it. */
  run(harness: MechanismHarness): Promise<void>
}
