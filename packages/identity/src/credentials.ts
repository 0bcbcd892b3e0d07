import type { FastifyRequest } from 'fastify'
import type { CredentialShape, Mechanism } from './mechanism.js'

const SPACE = 0x20
const TAB = 0x09

/** What a {@link Detector} answers when a credential was sent twice in one place. */
export const REPEATED = -1

/**
 * Finds which explicit credentials a request presents, without verifying any.
 *
 * @returns One bit per mechanism that would take a credential, or {@link REPEATED}.
 */
export type Detector = (request: FastifyRequest) => number

interface Candidate {
  readonly bit: number
  readonly shape: CredentialShape | undefined
}

interface Slot {
  readonly name: string
  readonly candidates: Candidate[]
}

/**
 * Prepares the detector of one plan.
 *
 * A credential goes to the mechanism whose shape it has, else to the one that takes any shape,
 * else to the first that reads that place: whatever is presented is judged by exactly one.
 */
export function createDetector(mechanisms: readonly Mechanism[]): Detector {
  const schemes: Slot[] = []
  const headers: Slot[] = []
  const queries: Slot[] = []
  mechanisms.forEach((mechanism, index) => {
    if (mechanism.ambient) return
    for (const source of mechanism.sources) {
      if (source.in === 'authorization') addCandidate(schemes, lower(source.scheme), source, index)
      if (source.in === 'header') addCandidate(headers, lower(source.name), source, index)
      if (source.in === 'query') addCandidate(queries, source.name, source, index)
    }
  })
  if (headers.length === 0 && queries.length === 0) {
    return (request) => detectScheme(request, schemes)
  }
  return (request) => {
    const inSchemes = detectScheme(request, schemes)
    const inHeaders = detectHeaders(request, headers)
    const inQuery = detectQuery(request, queries)
    if ((inSchemes | inHeaders | inQuery) < 0) return REPEATED
    return inSchemes | inHeaders | inQuery
  }
}

function addCandidate(
  slots: Slot[],
  name: string,
  { shape }: { readonly shape?: CredentialShape },
  index: number,
): void {
  let slot = slots.find((each) => each.name === name)
  if (slot === undefined) {
    slot = { name, candidates: [] }
    slots.push(slot)
  }
  slot.candidates.push({ bit: 1 << index, shape })
}

function lower(name: string): string {
  return name.toLowerCase()
}

function detectScheme(request: FastifyRequest, slots: readonly Slot[]): number {
  const value = request.headers.authorization
  if (value === undefined || slots.length === 0) return 0
  if (isHeaderRepeated(request, 'authorization')) return REPEATED
  for (const slot of slots) {
    const credential = afterScheme(value, slot.name)
    if (credential !== null) return pick(slot.candidates, credential)
  }
  return 0
}

function detectHeaders(request: FastifyRequest, slots: readonly Slot[]): number {
  let found = 0
  for (const slot of slots) {
    const value = request.headers[slot.name]
    if (value === undefined) continue
    if (typeof value !== 'string' || isHeaderRepeated(request, slot.name)) return REPEATED
    found |= pick(slot.candidates, value)
  }
  return found
}

function detectQuery(request: FastifyRequest, slots: readonly Slot[]): number {
  let found = 0
  for (const slot of slots) {
    const value = (request.query as Record<string, unknown>)[slot.name]
    if (value === undefined) continue
    if (typeof value !== 'string') return REPEATED
    found |= pick(slot.candidates, value)
  }
  return found
}

function pick(candidates: readonly Candidate[], credential: string): number {
  let fallback = 0
  for (const candidate of candidates) {
    if (candidate.shape === undefined) fallback = candidate.bit
    else if (candidate.shape.matches(credential)) return candidate.bit
  }
  return fallback !== 0 ? fallback : (candidates[0] as Candidate).bit
}

function isHeaderRepeated(request: FastifyRequest, name: string): boolean {
  // The requests that injectWS of @fastify/websocket makes up have no raw headers.
  const raw = request.raw.rawHeaders ?? []
  let seen = false
  for (let at = 0; at < raw.length; at += 2) {
    const field = raw[at] as string
    if (field.length !== name.length || field.toLowerCase() !== name) continue
    if (seen) return true
    seen = true
  }
  return false
}

function afterScheme(value: string, scheme: string): string | null {
  const length = scheme.length
  const isLonger = value.length > length
  if (isLonger && value.charCodeAt(length) !== SPACE && value.charCodeAt(length) !== TAB)
    return null
  if (value.slice(0, length).toLowerCase() !== scheme.toLowerCase()) return null
  let start = length
  while (value.charCodeAt(start) === SPACE) start++
  return value.slice(start)
}

/**
 * Reads what follows a scheme in the `Authorization` field (RFC 9110 §11.6.2).
 *
 * @param scheme Compared without regard to case, such as `Bearer`.
 * @returns The credential (empty when the scheme stands alone), or `null` when the field is absent
 *   or of another scheme. A tab after the scheme, which the grammar does not allow, is part of the
 *   credential: it was meant as one, and is for the mechanism to refuse.
 */
export function readAuthorization(request: FastifyRequest, scheme: string): string | null {
  const value = request.headers.authorization
  return value === undefined ? null : afterScheme(value, scheme)
}
