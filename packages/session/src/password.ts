export { PasswordBusy, PasswordInvalid } from './password/errors.js'
export type { PasswordOptions, ThrottleLimits } from './password/options.js'
export type { PasswordAttempt, Passwords, PasswordVerdict } from './password/passwords.js'
export { createPasswords } from './password/passwords.js'
