#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

// Applications that are loaded may print what they like, also without asking Node.js: their
// standard output is our standard error, and answers go the way that only the command knows.
const program = fileURLToPath(new URL('./program.js', import.meta.url))
const child = spawn(process.execPath, [...process.execArgv, program, ...process.argv.slice(2)], {
  stdio: ['inherit', 2, 'inherit', 1],
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal))
}
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal as NodeJS.Signals]
})
