import type { FastifyInstance } from 'fastify'
import type { AuthReport } from './report.js'

const STRANGER = 'https://stranger.invalid'

/**
 * Warns when pages of every origin may use the credentials that browsers send unasked: where
 * @fastify/cors is in the scope, a preflight of an origin that nobody can have allowed is put to
 * it. What a scope below allows for itself is not seen.
 *
 * @see ASVS 5.0 V3.4.2.
 */
export async function warnOfOpenCors(app: FastifyInstance, report: AuthReport): Promise<void> {
  const ambient = report.mechanisms.filter((mechanism) => mechanism.ambient)
  if (ambient.length === 0 || !app.hasPlugin('@fastify/cors')) return
  const { headers } = await app.inject({
    method: 'OPTIONS',
    url: `${app.prefix}/`,
    headers: { origin: STRANGER, 'access-control-request-method': 'GET' },
  })
  if (headers['access-control-allow-origin'] !== STRANGER) return
  if (headers['access-control-allow-credentials'] !== 'true') return
  const names = ambient.map((mechanism) => `"${mechanism.name}"`).join(', ')
  app.log.warn(
    `Every site may read what it asks for with ${names} of its visitors: @fastify/cors allows any origin, with credentials; list yours, such as origin: ["https://app.example.com"]`,
  )
}
