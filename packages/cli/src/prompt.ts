import { CommandError } from './errors.js'
import type { Input, Io } from './io.js'

const longestInput = 1_048_576
const interrupt = '\u0003'
const endOfInput = '\u0004'
const erasers = ['\u007f', '\b']

/** Reads one line of a terminal; without echo where it `isHidden`. `null`: it was interrupted. */
function readLine({ input, note }: Io, prompt: string, isHidden: boolean): Promise<string | null> {
  return new Promise((resolve) => {
    let line = ''
    const finish = (result: string | null): void => {
      input.off('data', onData)
      input.off('end', onEnd)
      if (isHidden) input.setRawMode?.(false)
      input.pause()
      resolve(result)
    }
    const onEnd = (): void => finish(null)
    const onData = (chunk: string): void => {
      for (const char of chunk) {
        if (char === '\r' || char === '\n') return finish(line)
        if (char === interrupt || char === endOfInput) return finish(null)
        line = erasers.includes(char) ? line.slice(0, -1) : line + char
      }
    }
    // Before the prompt, or whoever types at once is seen.
    if (isHidden) input.setRawMode?.(true)
    note(prompt)
    input.setEncoding('utf8')
    input.on('data', onData)
    input.on('end', onEnd)
    input.resume()
  })
}

/** Reads all that is piped in. */
function readAll(input: Input): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    input.setEncoding('utf8')
    input.on('data', (chunk: string) => {
      text += chunk
      if (text.length <= longestInput) return
      input.pause()
      reject(new CommandError('LATCHKEY_CLI_USAGE', 'Cannot read standard input: it is too long'))
    })
    input.on('end', () => resolve(text))
    input.resume()
  })
}

/**
 * Asks for something that must not be seen: without echo on a terminal, or else all of standard
 * input.
 *
 * @param what Such as `Token`.
 * @throws {CommandError} `LATCHKEY_CLI_USAGE` when there is none, `LATCHKEY_CLI_DECLINED` when the
 *   operator breaks off.
 */
export async function readSecret(io: Io, what: string): Promise<string> {
  const { input, note } = io
  let text: string | null
  if (input.isTTY === true) {
    text = await readLine(io, `${what}: `, true)
    note('\n')
    if (text === null)
      throw new CommandError('LATCHKEY_CLI_DECLINED', 'Broken off: nothing was done')
  } else {
    text = await readAll(input)
  }
  const secret = text.trim()
  if (secret !== '') return secret
  throw new CommandError('LATCHKEY_CLI_USAGE', `Cannot go on: no ${what.toLowerCase()} was given`)
}

/**
 * Makes sure that something which cannot be undone is meant.
 *
 * @param action What will be done, such as `revoke the key "..."`.
 * @param isSure Whether `--yes` was given.
 * @throws {CommandError} `LATCHKEY_CLI_UNCONFIRMED` without a terminal, `LATCHKEY_CLI_DECLINED`
 *   when the operator says no.
 */
export async function confirm(io: Io, action: string, isSure: boolean): Promise<void> {
  if (isSure) return
  if (io.input.isTTY !== true) {
    throw new CommandError(
      'LATCHKEY_CLI_UNCONFIRMED',
      `Cannot ${action}: there is no terminal to ask on; write --yes if it is meant`,
    )
  }
  const answer = await readLine(io, `This will ${action}. Are you sure? [y/N] `, false)
  if (answer !== null && /^y(es)?$/i.test(answer.trim())) return
  throw new CommandError('LATCHKEY_CLI_DECLINED', 'Declined: nothing was done')
}
