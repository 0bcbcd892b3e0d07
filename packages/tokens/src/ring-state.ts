import type { Json } from '@latchkey/store'
import type { Algorithm } from './algorithm.js'

/** A signing key as the store keeps it. */
export interface RingKey {
  readonly kid: string
  readonly algorithm: Algorithm
  /** The private JWK as JSON, sealed where a secret for that was given. */
  readonly privateJwk: string
  readonly publicJwk: { readonly [member: string]: Json }
  /** Instant in seconds from which it signs; it is published before. */
  readonly activeAt: number
  /** Instant in seconds from which it is forgotten; `null` while it has no successor. */
  readonly notAfter: number | null
}

/** The record of a key ring; keys in the order in which they become active. */
export interface RingState {
  readonly keys: readonly RingKey[]
}

/** When keys change. All in seconds. */
export interface RotationPolicy {
  /** How long a key signs. */
  readonly rotateEvery: number
  /** How long a key is published before it signs: longer than anybody caches the set. */
  readonly publishAhead: number
  /** How long a key verifies after its successor took over: the longest life of a token. */
  readonly keepFor: number
}

function isAlive(key: RingKey, now: number): boolean {
  return key.notAfter === null || now < key.notAfter
}

/** The keys that verify at `now`, the next one included. */
export function livingKeys(state: RingState, now: number): readonly RingKey[] {
  return state.keys.filter((key) => isAlive(key, now))
}

/** The key that signs at `now`: of those that are active the last. */
export function currentKey(state: RingState, now: number): RingKey | null {
  return state.keys.findLast((key) => key.activeAt <= now && isAlive(key, now)) ?? null
}

/**
 * When the next key should begin to sign.
 *
 * @returns The instant in seconds, or `null` while nothing is to be done.
 */
export function dueRotation(state: RingState, policy: RotationPolicy, now: number): number | null {
  const last = state.keys.at(-1)
  if (last === undefined || !isAlive(last, now)) return now
  const due = last.activeAt + policy.rotateEvery
  return due - policy.publishAhead <= now ? Math.max(due, now + policy.publishAhead) : null
}

function arrange(keys: readonly RingKey[], policy: RotationPolicy, now: number): RingState {
  const sorted = keys.toSorted((left, right) => left.activeAt - right.activeAt)
  const ending = sorted.map((key, index) => {
    const successor = sorted[index + 1]
    return { ...key, notAfter: successor ? successor.activeAt + policy.keepFor : null }
  })
  return { keys: ending.filter((key) => isAlive(key, now)) }
}

/** Adds a key that signs from its `activeAt` on; the one before it ends `keepFor` later. */
export function addKey(
  state: RingState,
  key: RingKey,
  policy: RotationPolicy,
  now: number,
): RingState {
  return arrange([...state.keys, key], policy, now)
}

/** Takes a key out at once; the one before it takes its place, where there still is one. */
export function removeKey(
  state: RingState,
  kid: string,
  policy: RotationPolicy,
  now: number,
): RingState {
  return arrange(
    state.keys.filter((key) => key.kid !== kid),
    policy,
    now,
  )
}
