import { type AuthEventDetails, channels, publishEvent } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'

/** An error as far as it matters here. */
export interface KnownError {
  readonly code: string
  readonly statusCode: number
  readonly message: string
  readonly cause?: unknown
}

/** The reason of a failure as events tell it: a stable code, never what came from outside. */
function reasonOf({ code, cause }: KnownError): string {
  if (typeof cause === 'string') return cause
  const inner = (cause as { code?: unknown } | undefined)?.code
  return typeof inner === 'string' ? inner : code
}

/** Tells subscribers of a failure: it was refused, or nobody could tell. */
export function announceFailure(
  request: FastifyRequest,
  mechanism: string,
  provider: string,
  error: KnownError,
): void {
  const channel = error.statusCode >= 500 ? channels.unavailable : channels.refused
  const details: AuthEventDetails = {
    mechanism,
    reason: reasonOf(error),
    details: { code: error.code, provider },
  }
  publishEvent(channel, request, details)
}
