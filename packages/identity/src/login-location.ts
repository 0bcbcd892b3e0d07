import type { FastifyRequest } from 'fastify'
import type { Mechanism } from './mechanism.js'

/** A path that no browser reads as another origin: one slash, no backslash, nothing unprintable. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/

/**
 * Finds where a browser that navigates is sent to log in.
 *
 * @returns A path of this origin, or `null` when the request is not a navigation, or no mechanism
 *   names a place.
 * @throws {TypeError} When a mechanism names anything but a path of this origin.
 */
export function findLoginLocation(
  request: FastifyRequest,
  mechanisms: readonly Mechanism[],
): string | null {
  if (!isNavigation(request)) return null
  for (const mechanism of mechanisms) {
    const location = mechanism.loginLocation?.(request) ?? null
    if (location === null) continue
    if (OWN_PATH.test(location)) return location
    throw new TypeError(
      `Cannot send the browser to the login of "${mechanism.name}": the location is not a path of this origin`,
    )
  }
  return null
}

function isNavigation(request: FastifyRequest): boolean {
  const { accept = '', upgrade } = request.headers
  return request.method === 'GET' && upgrade === undefined && accept.includes('text/html')
}
