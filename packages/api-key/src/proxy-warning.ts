import type { FastifyInstance } from 'fastify'
import type { Settings } from './options.js'

/** Warns of a production in which bad keys may all be counted for the address of a proxy. */
export function warnOfProxies(app: FastifyInstance, { failures }: Settings): void {
  if (failures === null || process.env.NODE_ENV !== 'production' || trustsProxy(app)) return
  app.log.warn(
    'API keys: bad ones are counted per address, and "trustProxy" is off: behind a proxy all callers share one',
  )
}

/** What was asked of Fastify is in its options only, and those of a scope are its parents'. */
function trustsProxy(app: FastifyInstance): boolean {
  for (let scope: object | null = app; scope !== null; scope = Object.getPrototypeOf(scope)) {
    for (const symbol of Object.getOwnPropertySymbols(scope)) {
      const options = (scope as Record<symbol, unknown>)[symbol] as { trustProxy?: unknown }
      if (symbol.description === 'fastify.options' && options.trustProxy) return true
    }
  }
  return false
}
