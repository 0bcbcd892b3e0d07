import type { Command, OptionSpec } from './command.js'

/** The options that every command has. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { says: 'Print the answer as JSON; errors too, on standard error.' },
  help: { says: 'Show the help of the command.' },
}

const exits = [
  ['0', 'done, or the answer is yes'],
  ['1', 'the answer is no, something was found, or you declined'],
  ['2', 'the command was not understood, or was refused before it did anything'],
  ['3', 'an application, a store or a server could not be used'],
  ['70', 'a fault of latchkey itself'],
] as const

function indent(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length))
  return rows.map(([name = '', says = '']) => `  ${name.padEnd(width)}  ${says}`).join('\n')
}

function nameOf(name: string, { value }: OptionSpec): string {
  return `--${name}${value === undefined ? '' : ` <${value}>`}`
}

function linesOf(options: Readonly<Record<string, OptionSpec>>): string[][] {
  return Object.entries(options).map(([name, spec]) => [
    nameOf(name, spec),
    spec.multiple ? `${spec.says} May be repeated.` : spec.says,
  ])
}

/** How a command is written. */
function usageOf({ name, args = [] }: Command): string {
  const named = args.map(({ name: each, isOptional }) => (isOptional ? `[${each}]` : `<${each}>`))
  return ['latchkey', name, ...named, '[options]'].join(' ')
}

/** The help of one command. */
export function helpOfCommand(command: Command): string {
  const { says, details, args = [], options, examples } = command
  const parts = [says, `Usage:\n  ${usageOf(command)}`]
  if (details !== undefined) parts.push(details)
  if (args.length > 0) {
    parts.push(`Arguments:\n${indent(args.map((each) => [`<${each.name}>`, each.says]))}`)
  }
  parts.push(`Options:\n${indent(linesOf({ ...options, ...commonOptions }))}`)
  parts.push(`Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
  return parts.join('\n\n')
}

/** The help of several commands: a group, or all. */
export function helpOfSeveral(commands: readonly Command[], group: string | null): string {
  const rows = commands.map((each) => [each.name, each.says])
  const parts =
    group === null
      ? ['API keys, clients, tokens and keys of a Latchkey application, its routes, and a doctor.']
      : []
  parts.push(
    `Usage:\n  latchkey ${group ?? '<command>'} ${group === null ? '' : '<command> '}[options]`,
  )
  parts.push(`Commands:\n${indent(rows)}`)
  if (group === null) {
    const own = { ...commonOptions, version: { says: 'Print the version.' } }
    parts.push(`Options:\n${indent(linesOf(own))}`)
    parts.push(`Exit codes:\n${indent(exits)}`)
  }
  parts.push(`"latchkey ${group === null ? '<command>' : `${group} <command>`} --help" tells more.`)
  return parts.join('\n\n')
}
