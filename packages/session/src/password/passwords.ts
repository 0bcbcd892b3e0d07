import { randomBase64url } from '@latchkey/tokens'
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2'
import { PasswordBusy, PasswordInvalid } from './errors.js'
import { createGate } from './gate.js'
import { type PasswordOptions, type PasswordSettings, readPasswordOptions } from './options.js'
import { createThrottle } from './throttle.js'

/** Somebody's attempt to log in with a password. */
export interface PasswordAttempt {
  /** What names the account, whether there is one or not, such as the e-mail address typed in. */
  readonly account: string
  readonly password: string
  /** The stored hash; `null` when there is no such account. */
  readonly hash: string | null
  /** `request.ip`. */
  readonly address: string
  /** What tells this device from others at the address, such as a long-lived cookie's value. */
  readonly device?: string | undefined
}

/** What came of an attempt. Only `ok` and `retryAfter` are for the client's eyes. */
export type PasswordVerdict =
  | {
      readonly ok: true
      /** Store this instead of the old hash, which is weaker; `null`: it is as it should be. */
      readonly rehash: string | null
    }
  | { readonly ok: false; readonly reason: 'wrong' }
  | {
      readonly ok: false
      readonly reason: 'throttled' | 'busy'
      /** Seconds, for `Retry-After`. */
      readonly retryAfter: number
    }

/** Hashes and checks passwords. */
export interface Passwords {
  /**
   * Hashes a new password with Argon2id (RFC 9106), exactly as it was typed.
   *
   * @throws {Error} `LATCHKEY_SESSION_PASSWORD_INVALID`, `LATCHKEY_SESSION_PASSWORD_BUSY`.
   */
  hash(password: string): Promise<string>
  /**
   * Checks a password. It takes as long without an account as with one.
   *
   * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE` when failures cannot be counted: then nobody
   *   may try.
   */
  verify(attempt: PasswordAttempt): Promise<PasswordVerdict>
  /** The parameters and limits in force, for documentation and operators. */
  describe(): Pick<PasswordSettings, 'cost' | 'concurrency' | 'queue' | 'maxLength' | 'limits'> & {
    readonly algorithm: 'argon2id'
  }
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/

/** @throws {Error} `LATCHKEY_SESSION_INVALID_OPTIONS`. */
export function createPasswords(options: PasswordOptions): Passwords {
  const settings = readPasswordOptions(options)
  const { cost, concurrency, queue, maxLength, limits } = settings
  const gate = createGate(concurrency, queue)
  const throttle = createThrottle(settings)
  // For attempts on accounts that do not exist; made now, so that the first is no slower.
  const decoy = argonHash(randomBase64url(32), cost)
  decoy.catch(() => {})

  const fits = (password: unknown): password is string =>
    typeof password === 'string' &&
    password !== '' &&
    password.length <= maxLength &&
    Buffer.byteLength(password) <= maxLength

  async function matches(password: string, hash: string | null): Promise<boolean> {
    const isReal = hash !== null && PHC.test(hash)
    const against = isReal ? hash : await decoy
    const isRight = await argonVerify(against, password)
    return isRight && isReal
  }

  function isWeaker(hash: string): boolean {
    const [, memoryCost, timeCost, parallelism] = (PHC.exec(hash) as RegExpExecArray).map(Number)
    return (
      Number(memoryCost) < cost.memoryCost ||
      Number(timeCost) < cost.timeCost ||
      Number(parallelism) < cost.parallelism
    )
  }

  return {
    async hash(password) {
      if (!fits(password)) throw new PasswordInvalid()
      return gate.pass(() => argonHash(password, cost))
    },

    async verify({ password, hash, ...attempt }) {
      if (!fits(password)) return { ok: false, reason: 'wrong' }
      const admission = await throttle.admit(attempt)
      if ('retryAfter' in admission) return { ok: false, reason: 'throttled', ...admission }
      let isRight: boolean
      try {
        isRight = await gate.pass(() => matches(password, hash))
      } catch (error) {
        await admission.takeBack()
        if (error instanceof PasswordBusy) return { ok: false, reason: 'busy', retryAfter: 1 }
        throw error
      }
      if (!isRight) return { ok: false, reason: 'wrong' }
      await admission.forgive()
      // Nothing but a hash of ours is right.
      const isOld = isWeaker(hash as string)
      return { ok: true, rehash: isOld ? await gate.pass(() => argonHash(password, cost)) : null }
    },

    describe: () => ({ algorithm: 'argon2id', cost, concurrency, queue, maxLength, limits }),
  }
}
