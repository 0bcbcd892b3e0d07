import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Fastify has this getter, and its types do not. */
type WithGenReqId = FastifyInstance & { genReqId(rawRequest: IncomingMessage): string }

/**
 * Takes a query parameter out of the URL that is logged. The route still gets it: the query has
 * been parsed by then. A request is given its id before anything is logged of it, on every route
 * and where there is none, so that is the place.
 */
export function redactQuery(app: FastifyInstance, parameter: string): void {
  const { genReqId } = app as WithGenReqId
  app.setGenReqId((rawRequest) => {
    rawRequest.url = withoutParameter(rawRequest.url as string, parameter)
    return genReqId(rawRequest)
  })
}

function withoutParameter(url: string, parameter: string): string {
  const start = url.indexOf('?')
  if (start < 0) return url
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((part) => nameOf(part) !== parameter)
  return url.slice(0, start) + (kept.length === 0 ? '' : `?${kept.join('&')}`)
}

function nameOf(part: string): string {
  const name = part.split('=', 1)[0] as string
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
