import { readAuthorization } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import type { Settings } from './options.js'

/** More than one key was found. */
export const TWICE: unique symbol = Symbol('twice')

/**
 * Finds the key that a request presents.
 *
 * @returns `null` when there is none. Where several places hold something, those that hold what
 *   does not look like a key of ours belong to other mechanisms, unless there is nothing else.
 */
export type KeyReader = (request: FastifyRequest) => string | null | typeof TWICE

/** Prepares a reader of the places in the settings. */
export function createKeyReader(
  settings: Pick<Settings, 'bearer' | 'header' | 'query'>,
  isOurs: (text: string) => boolean,
): KeyReader {
  const places: ((request: FastifyRequest) => unknown)[] = []
  if (settings.bearer) places.push((request) => readAuthorization(request, 'Bearer'))
  const { header, query } = settings
  if (header !== null) places.push((request) => request.headers[header])
  if (query !== null) {
    places.push((request) => (request.query as Record<string, unknown> | undefined)?.[query])
  }

  return (request) => {
    let ours: string | null = null
    let other: string | null = null
    for (const read of places) {
      const text = read(request)
      if (text === undefined || text === null) continue
      if (typeof text !== 'string') return TWICE
      if (!isOurs(text)) other ??= text
      else if (ours === null) ours = text
      else if (ours !== text) return TWICE
    }
    return ours ?? other
  }
}
