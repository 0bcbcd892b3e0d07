import type { Challenge } from './challenge.js'

/** A challenge as it was read: names of parameters in lower case, values unquoted. */
export interface ParsedChallenge extends Challenge {
  readonly params: Readonly<Record<string, string>>
}

const FIRST_MEMBER = /[^\t ,]|$/
const NEXT_MEMBER = /[\t ]*(?:,[\t ,]*|$)/y
const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const GAP = / +(?!,|[\t ]|$)/y
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[\t ]*(?:,|$))/y
const PARAM =
  /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[\t ]*=[\t ]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)")/y

/**
 * Reads a `WWW-Authenticate` field: one line, or several joined by commas.
 *
 * @returns The challenges in order, or `null` when the text does not follow the grammar, or names
 *   a parameter twice in one challenge.
 * @see RFC 9110 §11.6.1 and §11.2
 */
export function parseChallenges(text: string): ParsedChallenge[] | null {
  const challenges: ParsedChallenge[] = []
  let at = text.search(FIRST_MEMBER)
  while (at < text.length) {
    const scheme = read(SCHEME, text, at)
    if (scheme === null) return null
    at += scheme[0].length
    const challenge = readRest(text, at, scheme[0])
    if (challenge === null) return null
    challenges.push(challenge.value)
    at = challenge.end
  }
  return challenges.length === 0 ? null : challenges
}

interface Found {
  readonly value: ParsedChallenge
  readonly end: number
}

function readRest(text: string, start: number, scheme: string): Found | null {
  const gap = read(GAP, text, start)
  if (gap === null) return ended(text, start, { scheme, params: Object.create(null) })
  const at = start + gap[0].length
  const token68 = read(TOKEN68, text, at)?.[0]
  if (token68 !== undefined) {
    return ended(text, at + token68.length, { scheme, params: Object.create(null), token68 })
  }
  return readParams(text, at, scheme)
}

function readParams(text: string, start: number, scheme: string): Found | null {
  const params: Record<string, string> = Object.create(null)
  let found: Found | null = null
  let at = start
  for (;;) {
    const param = read(PARAM, text, at)
    if (param === null) return found
    const name = (param[1] as string).toLowerCase()
    if (name in params) return null
    params[name] = param[2] ?? (param[3] as string).replace(/\\(.)/g, '$1')
    found = ended(text, at + param[0].length, { scheme, params })
    if (found === null || found.end === text.length) return found
    at = found.end
  }
}

function ended(text: string, at: number, value: ParsedChallenge): Found | null {
  const next = read(NEXT_MEMBER, text, at)
  return next === null ? null : { value, end: at + next[0].length }
}

function read(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
