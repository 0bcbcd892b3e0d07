import { sha256Base64url } from '@latchkey/tokens'
import { Unavailable } from '../errors.js'
import type { PasswordSettings } from './options.js'

/** Who tries to log in, and from where. */
export interface Attempt {
  readonly account: string
  readonly address: string
  readonly device?: string | undefined
}

/** An attempt that may go on. It has been counted as a failure. */
export interface Admission {
  /** Takes it back, since it was right, and remembers the device. */
  forgive(): Promise<void>
  /** Takes it back, since it was not checked. */
  takeBack(): Promise<void>
}

/** Counts failures, in all processes together. */
export interface Throttle {
  /**
   * @returns The admission, or the seconds after which to try again.
   * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`.
   */
  admit(attempt: Attempt): Promise<Admission | { readonly retryAfter: number }>
}

const HOUR = 3600

/**
 * Makes the throttle. Attempts are counted before they are checked, so that a hundred at the same
 * time count as a hundred.
 */
export function createThrottle({ store, name, limits, now }: PasswordSettings): Throttle {
  const keyOf = (kind: string, ...parts: readonly string[]): string =>
    `${name}:${kind}:${sha256Base64url(parts.join('\0'))}`

  async function admit(attempt: Attempt): ReturnType<Throttle['admit']> {
    const { account, address, device = address } = attempt
    const at = now()
    const end = (Math.floor(at / limits.window) + 1) * limits.window
    const hour = Math.floor(at / HOUR)
    const counters = {
      address: keyOf('address', address, String(end)),
      pair: keyOf('pair', account, device, String(end)),
      account: keyOf('account', account, String(hour)),
    }
    const known = keyOf('known', account, device)
    const take = (key: string, expiresAt: number) => store.increment(key, -1, { expiresAt })

    const bounds = { expiresAt: end }
    const retryAfter = Math.ceil(end - at)
    if (
      !(await store.increment(counters.address, 1, { ...bounds, limit: limits.address })).allowed
    ) {
      return { retryAfter }
    }
    if (!(await store.increment(counters.pair, 1, { ...bounds, limit: limits.pair })).allowed) {
      await take(counters.address, end)
      return { retryAfter }
    }
    const hourEnd = (hour + 1) * HOUR
    const { value } = await store.increment(counters.account, 1, { expiresAt: hourEnd })
    const takeBack = async (): Promise<void> => {
      await Promise.all([
        take(counters.address, end),
        take(counters.pair, end),
        take(counters.account, hourEnd),
      ])
    }
    if (value >= limits.account && (await store.get(known)) === null) {
      const delay = Math.min(limits.accountDelay, 2 ** Math.min(30, value - limits.account))
      const slot = keyOf('slot', account)
      const { allowed } = await store.increment(slot, 1, { expiresAt: at + delay, limit: 1 })
      if (!allowed && value > limits.account) {
        await takeBack()
        return { retryAfter: delay }
      }
    }
    return {
      takeBack,
      async forgive() {
        await takeBack()
        await store.create(known, true, { expiresAt: at + limits.knownFor })
      },
    }
  }

  return {
    async admit(attempt) {
      try {
        return await admit(attempt)
      } catch (cause) {
        throw new Unavailable({ cause })
      }
    },
  }
}
