import { parseArgs } from 'node:util'
import type { Answer, Command } from './command.js'
import { commands } from './commands/index.js'
import { CommandError, messageOf, usage } from './errors.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { commonOptions, helpOfCommand, helpOfSeveral } from './help.js'
import type { Io } from './io.js'
import { refuseSecrets } from './secret-in-arguments.js'
import { version } from './version.js'

/**
 * Runs the command `latchkey`.
 *
 * @param argv The arguments after the name of the program.
 * @returns What the process is to exit with. Nothing is thrown.
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const { text, data, exitCode = exitCodes.ok } = await answer(argv, io)
    io.write(isJson(argv) ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`)
    return exitCode
  } catch (error) {
    return fail(toCommandError(error), argv, io)
  }
}

/** Looked at before the arguments are understood, so that errors about them are JSON too. */
function isJson(argv: readonly string[]): boolean {
  return argv.includes('--json')
}

async function answer(argv: readonly string[], io: Io): Promise<Answer> {
  refuseSecrets(argv)
  const words = argv.filter((word) => !word.startsWith('-'))
  const command = commands.find(({ name }) => isNamed(name, argv))
  if (command !== undefined) return callCommand(command, argv, io)
  if (argv.includes('--version')) return { text: version, data: { version } }
  const group = commands.filter(({ name }) => name.startsWith(`${words[0]} `))
  const [named = null] = group.length > 0 ? words : []
  const isHelp = argv.every((word) => word === '--json') || argv.includes('--help')
  const isComplete = words.length <= (named === null ? 0 : 1)
  if (isHelp && isComplete) {
    const listed = named === null ? commands : group
    return { text: helpOfSeveral(listed, named), data: listed.map(describe) }
  }
  if (words.length === 0) throw usage('A command is missing')
  if (named !== null && isComplete) throw usage(`Say what to do with ${named}`)
  throw usage(`There is no command "${words.slice(0, named === null ? 1 : 2).join(' ')}"`)
}

function isNamed(name: string, argv: readonly string[]): boolean {
  const words = name.split(' ')
  return words.every((word, index) => argv[index] === word)
}

function describe({ name, says }: Command): { readonly name: string; readonly says: string } {
  return { name, says }
}

async function callCommand(command: Command, argv: readonly string[], io: Io): Promise<Answer> {
  const specs = { ...command.options, ...commonOptions }
  const { values: options, positionals: args } = parse(
    argv.slice(command.name.split(' ').length),
    Object.fromEntries(
      Object.entries(specs).map(([name, { value, multiple }]) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          multiple: multiple === true,
        },
      ]),
    ),
  )
  if (options.help === true) {
    return { text: helpOfCommand(command), data: { ...describe(command), options: specs } }
  }
  const known = command.args ?? []
  if (args.length > known.length) throw usage('There are more arguments than the command has')
  const missing = known[args.length]
  if (missing !== undefined && !missing.isOptional) throw usage(`<${missing.name}> is missing`)
  return command.run({ args, options, io })
}

type ParsedOptions = Readonly<Record<string, string | boolean | string[] | undefined>>
type Parsers = Record<string, { type: 'boolean' | 'string'; multiple: boolean }>

function parse(args: string[], options: Parsers): { values: ParsedOptions; positionals: string[] } {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true })
    return parsed as unknown as { values: ParsedOptions; positionals: string[] }
  } catch (error) {
    // The first sentence names the option; the rest is advice about dashes.
    throw usage(messageOf(error).split('. ')[0] as string)
  }
}

function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error
  return new CommandError('LATCHKEY_CLI_INTERNAL', `Something is wrong: ${messageOf(error)}`)
}

function fail(error: CommandError, argv: readonly string[], io: Io): ExitCode {
  const { code, message, exitCode, wantsHelp } = error
  if (isJson(argv)) {
    io.note(`${JSON.stringify({ error: { code, message, exitCode } })}\n`)
  } else {
    const help = ['\nTry: latchkey', ...helpfulName(argv), '--help'].join(' ')
    io.note(`latchkey: ${message}${wantsHelp ? help : ''}\n`)
  }
  return exitCode
}

/** The command that was meant, or its group, as far as either is known. */
function helpfulName(argv: readonly string[]): string[] {
  const name = commands.find((each) => isNamed(each.name, argv))?.name
  if (name !== undefined) return [name]
  const group = argv[0]
  return commands.some((each) => each.name.startsWith(`${group} `)) ? [group as string] : []
}
