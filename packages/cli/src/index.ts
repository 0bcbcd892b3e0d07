export type { ExitCode } from './exit-codes.js'
export { exitCodes } from './exit-codes.js'
export type { Input, Io } from './io.js'
export { run } from './run.js'
