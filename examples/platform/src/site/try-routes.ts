import type { FastifyInstance } from 'fastify'
import { requests, type TriedRow, tryPage } from '../pages/try-page.js'
import type { TrialCredentials } from '../trial-credentials.js'
import { form, frameOf, open, sendPage } from './context.js'
import { createWitness } from './witness.js'

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
      for (const { what, headers } of await credentials.make(request.identity, cookie, pasted)) {
        const sent = {
          method: chosen.method,
          url: chosen.url,
          headers: { host, 'sec-fetch-site': 'same-origin', ...headers },
          ...('payload' in chosen ? { payload: chosen.payload } : {}),
        }
        const first = await witness(sent)
        // Reading can be done twice: what was verified is remembered.
        const again = chosen.method === 'GET' ? (await witness(sent)).took : null
        rows.push({ what, ...first, again })
      }
      return sendPage(reply, tryPage(frameOf(request), chosen, rows))
    },
  )
}
