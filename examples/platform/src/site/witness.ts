import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AuthEvent } from '@latchkey/identity'
import type { FastifyInstance, InjectOptions } from 'fastify'

/** What came of one request, as the suite itself told it. */
export interface Testimony {
  readonly status: number
  /** The caller, once a mechanism has proved one. */
  readonly identity: string | null
  readonly decision: 'allowed' | 'refused' | 'denied' | 'failed'
  /** Why not; empty when it was allowed. */
  readonly reason: string
  /** Milliseconds. */
  readonly took: number
}

const CHANNELS = ['authenticated', 'refused', 'denied', 'csrf', 'unavailable'] as const

/** Sends a request and listens to what `diagnostics_channel` tells about it. */
export type Witness = (request: InjectOptions) => Promise<Testimony>

/** Makes a witness for the requests of one application. */
export function createWitness(app: FastifyInstance): Witness {
  const heard = new AsyncLocalStorage<AuthEvent[]>()
  const listen = (event: unknown) => heard.getStore()?.push(event as AuthEvent)
  for (const name of CHANNELS) subscribe(`latchkey:${name}`, listen)
  app.addHook('onClose', async () => {
    for (const name of CHANNELS) unsubscribe(`latchkey:${name}`, listen)
  })

  return async (request) => {
    const events: AuthEvent[] = []
    const begun = performance.now()
    // The request begins when its promise is awaited: inside, so that its events are heard.
    const { statusCode: status } = await heard.run(events, async () => await app.inject(request))
    const took = performance.now() - begun
    const proved = events.find(({ outcome }) => outcome === 'authenticated')
    const against = events.find(({ outcome }) => outcome !== 'authenticated')
    return {
      status,
      took,
      identity: proved === undefined ? null : `${proved.subject} by ${proved.mechanism}`,
      decision: decisionOf(status, against),
      reason: against?.reason ?? '',
    }
  }
}

function decisionOf(status: number, against: AuthEvent | undefined): Testimony['decision'] {
  if (against === undefined) return status < 400 ? 'allowed' : 'failed'
  if (against.outcome === 'unavailable') return 'failed'
  return against.outcome === 'denied' ? 'denied' : 'refused'
}
