import { OAuthError } from './oauth-error.js'

/** The parameters of a request, decoded; an empty one is absent (RFC 6749 §3.1). */
export interface Params {
  get(name: string): string | undefined
  /** Every value of a parameter that may repeat, in order. */
  all(name: string): readonly string[]
  /** The names that were sent more than once. */
  readonly repeated: ReadonlySet<string>
  /** As they were, to be kept. */
  entries(): [string, string][]
}

const mayRepeat = new Set(['resource'])

/** Reads parameters out of pairs. */
export function createParams(pairs: Iterable<readonly [string, string]>): Params {
  const values = new Map<string, string[]>()
  const repeated = new Set<string>()
  for (const [name, value] of pairs) {
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else {
      known.push(value)
      if (!mayRepeat.has(name)) repeated.add(name)
    }
  }
  return {
    get: (name) => values.get(name)?.[0] || undefined,
    all: (name) => (values.get(name) ?? []).filter((value) => value !== ''),
    repeated,
    entries: () => [...values].flatMap(([name, all]) => all.map((value) => pairOf(name, value))),
  }
}

function pairOf(name: string, value: string): [string, string] {
  return [name, value]
}

/** Reads the text of a form, or of a query without its question mark. */
export function parseParams(text: string): Params {
  return createParams(new URLSearchParams(text))
}

/** The query of a request, as it stands in the URL: frameworks disagree about repeated names. */
export function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}

/**
 * Refuses parameters that were sent twice (RFC 6749 §3.2).
 *
 * @throws {OAuthError} `invalid_request`.
 */
export function checkRepeated(params: Params): void {
  const [name] = params.repeated
  if (name === undefined) return
  throw new OAuthError('invalid_request', `the parameter ${name} is repeated`)
}

/**
 * Reads a parameter that must be there.
 *
 * @throws {OAuthError} `invalid_request`.
 */
export function requireParam(params: Params, name: string): string {
  const value = params.get(name)
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`)
  return value
}

/** Splits a space-delimited list (RFC 6749 §3.3), leaving out what repeats. */
export function splitList(text: string | undefined): string[] {
  return [...new Set((text ?? '').split(' ').filter((one) => one !== ''))]
}
