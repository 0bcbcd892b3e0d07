import { writeSync } from 'node:fs'
import { messageOf } from './errors.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { writeAll } from './output.js'
import { run } from './run.js'

const answers = 3
const notes = 2
const pause = new Int32Array(new SharedArrayBuffer(4))

function writeTo(descriptor: number, text: string): void {
  writeAll(
    text,
    (bytes) => writeSync(descriptor, bytes),
    () => Atomics.wait(pause, 0, 0, 5),
  )
}

const note = (text: string): void => writeTo(notes, text)
let isDone = false

function end(code: ExitCode): void {
  isDone = true
  // An application may have left timers and connections behind that nobody closes.
  process.exit(code)
}

/** What an application throws behind our back ends the command, without its stack. */
function fail(error: unknown): void {
  note(`latchkey: The application failed: ${messageOf(error)}\n`)
  end(exitCodes.unavailable)
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
process.on('exit', () => {
  if (isDone) return
  note('latchkey: The application ended the process, or never got ready\n')
  process.exitCode = exitCodes.unavailable
})

void run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  input: process.stdin,
  write: (text) => writeTo(answers, text),
  note,
  now: () => Date.now() / 1000,
}).then(end)
