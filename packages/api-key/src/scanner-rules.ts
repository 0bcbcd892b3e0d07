import { keyPattern } from './key-format.js'

/** Which keys a rule finds. */
export interface ScannerRuleOptions {
  /** Narrows it to these environments. Default: any. */
  readonly environments?: readonly string[]
}

/**
 * A rule for gitleaks, in TOML, to be put into `.gitleaks.toml`.
 *
 * @throws {RangeError} When the prefix, or an environment, is not one that keys can have.
 */
export function gitleaksRule(prefix: string, options: ScannerRuleOptions = {}): string {
  const pattern = keyPattern(prefix, options.environments)
  const id = `${prefix.replaceAll('_', '-')}-api-key`
  return [
    '[[rules]]',
    `id = "${id}"`,
    `description = "API key of ${prefix}"`,
    `regex = '''${pattern}'''`,
    `keywords = ["${prefix}_"]`,
    '',
  ].join('\n')
}

/** An entry of `rules` in `.secretlintrc.json`, for `@secretlint/secretlint-rule-pattern`. */
export interface SecretlintRule {
  readonly id: '@secretlint/secretlint-rule-pattern'
  readonly options: {
    readonly patterns: readonly { readonly name: string; readonly pattern: string }[]
  }
}

/**
 * A rule for secretlint.
 *
 * @throws {RangeError} When the prefix, or an environment, is not one that keys can have.
 */
export function secretlintRule(prefix: string, options: ScannerRuleOptions = {}): SecretlintRule {
  // Between slashes, for without them secretlint takes the pattern as a literal text.
  const pattern = `/${keyPattern(prefix, options.environments)}/`
  return {
    id: '@secretlint/secretlint-rule-pattern',
    options: { patterns: [{ name: `API key of ${prefix}`, pattern }] },
  }
}
