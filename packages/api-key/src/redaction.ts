import type { FastifyInstance } from 'fastify'

/**
 * Takes a query parameter out of the URL that is logged. The route still gets it: the query has
 * been parsed by then. The child logger of a request is made before anything is logged of it, so
 * that is the place.
 */
export function redactQuery(app: FastifyInstance, parameter: string): void {
  const inner = app.childLoggerFactory
  app.setChildLoggerFactory(function redacting(logger, bindings, options, rawRequest) {
    rawRequest.url = withoutParameter(rawRequest.url ?? '', parameter)
    return inner.call(this, logger, bindings, options, rawRequest)
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
