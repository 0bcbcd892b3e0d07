import { type Command, listOf, textOf } from '../command.js'
import { CommandError, usage } from '../errors.js'

const formats = ['regex', 'gitleaks', 'secretlint'] as const

/** `key-pattern` */
export const keyPatternCommand: Command = {
  name: 'key-pattern',
  says: 'Print what secret scanners find the keys of a prefix by.',
  args: [{ name: 'prefix', says: 'The prefix of the keys, such as acme.' }],
  options: {
    environment: { value: 'name', multiple: true, says: 'Narrow it to these. Default: any.' },
    format: { value: formats.join('|'), says: 'For which scanner. Default: regex.' },
  },
  examples: [
    'latchkey key-pattern acme',
    'latchkey key-pattern acme --environment live --format gitleaks >> .gitleaks.toml',
  ],
  async run(call) {
    const { keyPattern, gitleaksRule, secretlintRule } = await import('@latchkey/api-key')
    const prefix = call.args[0] as string
    const format = textOf(call, 'format') ?? 'regex'
    if (!formats.some((one) => one === format)) {
      throw usage(`Cannot write "${format}": there is ${formats.join(', ')}`)
    }
    const environments = listOf(call, 'environment')
    try {
      const pattern = keyPattern(prefix, environments)
      const secretlint = secretlintRule(prefix, { environments })
      const texts: Readonly<Record<string, string>> = {
        regex: pattern,
        gitleaks: gitleaksRule(prefix, { environments }).trimEnd(),
        secretlint: JSON.stringify(secretlint, null, 2),
      }
      const text = texts[format] as string
      return { text, data: format === 'secretlint' ? secretlint : { format, pattern, rule: text } }
    } catch {
      throw new CommandError(
        'LATCHKEY_CLI_USAGE',
        'Cannot write the pattern: a prefix is 2 to 32 lower-case letters, digits and single "_", an environment 1 to 16 lower-case letters and digits',
      )
    }
  },
}
