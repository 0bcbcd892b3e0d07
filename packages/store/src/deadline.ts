import { StoreFull, StoreInvalid, StoreUnavailable, StoreUnfit } from './errors.js'

const ours = [StoreFull, StoreInvalid, StoreUnavailable, StoreUnfit] as const

/**
 * Waits for an engine, but not for ever, and turns what it fails with into an error of ours.
 *
 * @param seconds How long to wait.
 * @param answer What the engine was asked; it is not cancelled.
 * @throws {Error} `LATCHKEY_STORE_UNAVAILABLE` after that time, and for every failure that is not
 *   one of ours, which becomes its `cause`.
 */
export function withinDeadline<Result>(seconds: number, answer: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new StoreUnavailable(`no answer within ${seconds} seconds`))
    }, seconds * 1000)
    answer.then(
      (result) => {
        clearTimeout(timer)
        resolve(result)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        const isOurs = ours.some((known) => cause instanceof known)
        reject(isOurs ? cause : new StoreUnavailable('it failed', { cause }))
      },
    )
  })
}
