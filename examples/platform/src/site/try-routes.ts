import type { FastifyInstance } from 'fastify'
import { requests, type TriedRow, tryPage } from '../pages/try-page.js'
import type { TrialCredentials } from '../trial-credentials.js'
import { form, frameOf, open, sendPage } from './context.js'
import { createWitness, type Testimony } from './witness.js'

/** How often a request that was let through is repeated. */
const AGAIN = 9

async function medianOf(times: number, ask: () => Promise<Testimony>): Promise<number> {
  const took: number[] = []
  for (let at = 0; at < times; at++) took.push((await ask()).took)
  return took.sort((left, right) => left - right)[Math.floor(times / 2)] as number
}

/** One request, sent with every credential there is. */
export function tryRoutes(app: FastifyInstance, credentials: TrialCredentials): void {
  const witness = createWitness(app)

  app.get('/try', open, async (request, reply) =>
    sendPage(reply, tryPage(frameOf(request), requests[0], null)),
  )

  app.post<{ Body: { request: string; credential?: string } }>(
    '/try',
    { ...open, schema: form('request') },
    async (request, reply) => {
      const chosen = requests.find(({ name }) => name === request.body.request) ?? requests[0]
      const { cookie = '', host } = request.headers
      const pasted = (request.body.credential ?? '').trim()
      const rows: TriedRow[] = []
      // The first request of a process pays for what all others share.
      await witness({ url: '/health' })
      for (const { what, headers } of await credentials.make(request.identity, cookie, pasted)) {
        const sent = {
          method: chosen.method,
          url: chosen.url,
          headers: { host, 'sec-fetch-site': 'same-origin', ...headers },
          ...('payload' in chosen ? { payload: chosen.payload } : {}),
        }
        const first = await witness(sent)
        // Reading can be done again: what was verified is remembered.
        const isRepeated = chosen.method === 'GET' && first.decision === 'allowed'
        const again = isRepeated ? await medianOf(AGAIN, () => witness(sent)) : null
        rows.push({ what, ...first, again })
      }
      return sendPage(reply, tryPage(frameOf(request), chosen, rows))
    },
  )
}
