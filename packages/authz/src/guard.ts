import type { FastifyInstance } from 'fastify'
import { UncheckedResource } from './errors.js'
import { findState } from './request-state.js'

/**
 * Fails the answer of a handler that was to decide about an object and did not (OWASP API1:2023).
 * For test and development: it tells the programmer, and is no defence.
 */
export function installGuard(app: FastifyInstance): void {
  const places = new Map<string, string>()
  app.addHook('onRoute', ({ method, url }) => {
    const place = declaringLine(String(new Error('where').stack))
    for (const each of [method].flat()) if (place !== null) places.set(`${each} ${url}`, place)
  })
  app.addHook('onSend', async (request, reply) => {
    const state = findState(request)
    const remedy = state?.owes ?? null
    if (state === null || remedy === null || reply.statusCode >= 300) return
    state.owes = null
    const { handler, url } = request.routeOptions
    const route = `${request.method} ${url}`
    const called = handler.name.replace(/^bound /, '')
    const name = called === '' ? 'its handler' : `its handler "${called}"`
    const place = places.get(route) ?? 'an unknown place'
    throw new UncheckedResource(
      `Cannot answer ${route}: ${name}, declared at ${place}, made no decision about an object, or did not await it; ${remedy}`,
    )
  })
}

/** @returns The first line of a stack that is neither ours nor a dependency's. */
function declaringLine(stack: string): string | null {
  const own = new URL('.', import.meta.url).pathname
  for (const line of stack.split('\n').slice(1)) {
    const place = /(?:\(|at )((?:file:\/\/|\/|[A-Za-z]:\\)[^()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place === undefined) continue
    const isForeign = place.includes('node_modules') || place.includes(own)
    if (!isForeign) return place
  }
  return null
}
