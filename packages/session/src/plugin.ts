import { identity } from '@latchkey/identity'
import { createReplica } from '@latchkey/store'
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyRequest,
  onRequestHookHandler,
} from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { elevate, reauthenticate } from './assurance.js'
import type { Bags } from './bag/bags.js'
import { createBags } from './bag/create-bags.js'
import { createSessionCookie } from './cookie.js'
import { createTokenCheck } from './csrf-token.js'
import { createCutoffs } from './cutoffs.js'
import type { House } from './house.js'
import { logIn } from './login.js'
import { logOut } from './logout.js'
import { createMechanism } from './mechanism.js'
import { createMemory } from './memory.js'
import { readOptions, type SessionOptions } from './options.js'
import { createPendingCookies } from './pending-cookies.js'
import { addRegistration, findRegistration, type Registration } from './registrations.js'
import { createRepository } from './repository.js'
import { createSessions } from './sessions.js'
import { createToucher, type Toucher } from './touch.js'
import { checkTransport } from './transport.js'
import type { Which } from './which.js'

async function plugin(app: FastifyInstance, options: SessionOptions): Promise<void> {
  const settings = readOptions(options)
  await app.register(identity)
  const house = openHouse(app, settings)
  const toucher = createToucher(house)
  const bags = openBags(app, house, toucher)
  if (addRegistration(app, { house, bags, sessions: createSessions(house) })) decorate(app)
  app.mechanisms.register(createMechanism(house, toucher, createTokenCheck(app, settings)))

  app.addHook('onReady', async () => {
    checkTransport(app, settings)
    await settings.store.ready()
    // A store that is down now may be up later: until then the mechanism answers 503.
    await house.replica.ready().catch((error) => app.log.warn(error, 'Sessions start without news'))
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const saving = bags?.close(request) ?? null
    const send = (): void => {
      house.pending.send(request, reply)
      done(null, payload)
    }
    if (saving === null) send()
    else saving.then(send, (error) => done(error))
  })
  app.addHook('onClose', async () => {
    await toucher.settle()
    await house.replica.close()
  })
}

function openHouse(app: FastifyInstance, settings: House['settings']): House {
  const { store, name, maxStale, now } = settings
  const replica = createReplica(store, { maxStale, clock: now })
  const repository = createRepository(store, name, settings)
  const cookie = createSessionCookie(settings)
  return {
    settings,
    cookie,
    repository,
    replica,
    pending: createPendingCookies(app, cookie, settings.clearSiteData),
    cutoffs: createCutoffs(replica, name),
    memory: createMemory(repository, replica, settings),
  }
}

/** Another mechanism of the scope, or @fastify/session itself, may have `request.session`. */
function openBags(app: FastifyInstance, house: House, toucher: Toucher): Bags | null {
  const { bag } = house.settings
  if (bag === 'none' || app.hasRequestDecorator('session')) return null
  const bags = createBags(app, house, toucher)
  const open: onRequestHookHandler = (request, _reply, done) => bags.open(request, done)
  app.addHook('onRoute', (route) => {
    if (bag !== 'everywhere' && route.config?.session !== true) return
    route.onRequest = [open, ...[route.onRequest ?? []].flat()]
  })
  return bags
}

function decorate(app: FastifyInstance): void {
  const find = ({ server }: FastifyRequest, { mechanism }: Which): Registration =>
    findRegistration(server, mechanism)

  app.decorate('sessions', {
    getter() {
      return findRegistration(this as FastifyInstance).sessions
    },
  })
  app.decorate('sessionsOf', function sessionsOf(name) {
    return findRegistration(this, name).sessions
  } satisfies FastifyInstance['sessionsOf'])
  app.decorateRequest('login', async function login(subject, details = {}) {
    const { house, bags } = find(this, details)
    return logIn(house, bags, this, subject, details)
  } satisfies FastifyRequest['login'])
  app.decorateRequest('logout', async function logout(which = {}) {
    const { house, bags } = find(this, which)
    return logOut(house, bags, this)
  } satisfies FastifyRequest['logout'])
  app.decorateRequest('elevate', async function lift(elevation) {
    return elevate(find(this, elevation).house, this, elevation)
  } satisfies FastifyRequest['elevate'])
  app.decorateRequest('reauthenticated', async function reauthenticated(details = {}) {
    return reauthenticate(find(this, details).house, this, details)
  } satisfies FastifyRequest['reauthenticated'])
}

/** Registers the session mechanism. */
export const session: FastifyPluginAsync<SessionOptions> = fp(plugin, {
  name: '@latchkey/session',
  fastify: '5.x',
})
