import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { InvalidOptions } from './errors.js'

/** Fastify has this getter, and its types do not. */
type WithGenReqId = FastifyInstance & { genReqId(rawRequest: IncomingMessage): string }

/** Of these, only some are in its types. */
interface ServerConfig {
  readonly requestIdHeader?: string | boolean
  readonly useSemicolonDelimiter?: boolean
  readonly routerOptions?: { readonly useSemicolonDelimiter?: boolean }
}

/**
 * Takes a query parameter out of the URL that is logged. The route still gets it: the query has
 * been parsed by then. A request is given its id before anything is logged of it, on every route
 * and where there is none, so that is the place.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS` with settings of Fastify under which a
 *   parameter would stay in the log.
 */
export function redactQuery(app: FastifyInstance, parameter: string): void {
  const { requestIdHeader, useSemicolonDelimiter, routerOptions } =
    app.initialConfig as ServerConfig
  if (requestIdHeader) refuse('requestIdHeader', 'its requests are given no id; use "genReqId"')
  if (useSemicolonDelimiter || routerOptions?.useSemicolonDelimiter) {
    refuse('useSemicolonDelimiter', 'a path would be mistaken for a query')
  }
  const { genReqId } = app as WithGenReqId
  app.setGenReqId((rawRequest) => {
    rawRequest.url = withoutParameter(rawRequest.url as string, parameter)
    return genReqId(rawRequest)
  })
}

function refuse(setting: string, why: string): never {
  throw new InvalidOptions(
    `Cannot read API keys from the query with Fastify's "${setting}", for they would be logged: ${why}`,
  )
}

function withoutParameter(url: string, parameter: string): string {
  const start = url.search(/[?#]/)
  if (start < 0) return url
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((part) => nameOf(part) !== parameter)
  return url.slice(0, start) + (kept.length === 0 ? '' : `${url[start]}${kept.join('&')}`)
}

function nameOf(part: string): string {
  const name = part.split('=', 1)[0] as string
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
