import { identity } from '@latchkey/identity'
import { createReplica } from '@latchkey/store'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { elevate, reauthenticate } from './assurance.js'
import { createSessionCookie } from './cookie.js'
import { createCutoffs } from './cutoffs.js'
import type { House } from './house.js'
import { logIn } from './login.js'
import { logOut } from './logout.js'
import { createMechanism } from './mechanism.js'
import { createMemory } from './memory.js'
import { readOptions, type SessionOptions } from './options.js'
import { createPendingCookies } from './pending-cookies.js'
import { addRegistration, findRegistration } from './registrations.js'
import { createRepository } from './repository.js'
import { createSessions } from './sessions.js'
import { createToucher } from './touch.js'
import { checkTransport } from './transport.js'

async function plugin(app: FastifyInstance, options: SessionOptions): Promise<void> {
  const settings = readOptions(options)
  await app.register(identity)
  const house = openHouse(app, settings)
  const toucher = createToucher(house)
  if (addRegistration(app, { house, sessions: createSessions(house) })) decorate(app)
  app.mechanisms.register(createMechanism(house, toucher))

  app.addHook('onReady', async () => {
    checkTransport(app, settings)
    await settings.store.ready()
    // A store that is down now may be up later: until then the mechanism answers 503.
    await house.replica.ready().catch((error) => app.log.warn(error, 'Sessions start without news'))
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    house.pending.send(request, reply)
    done(null, payload)
  })
  app.addHook('onClose', async () => {
    await toucher.settle()
    await house.replica.close()
  })
}

function openHouse(app: FastifyInstance, settings: House['settings']): House {
  const { store, name, maxStale, cacheSize, now } = settings
  const replica = createReplica(store, { maxStale, clock: now })
  const repository = createRepository(store, name, settings)
  const cookie = createSessionCookie(settings)
  return {
    settings,
    cookie,
    repository,
    replica,
    pending: createPendingCookies(app, cookie),
    cutoffs: createCutoffs(replica, name),
    memory: createMemory(repository, replica, cacheSize),
  }
}

function decorate(app: FastifyInstance): void {
  const houseOf = ({ server }: FastifyRequest, name: string | undefined): House =>
    findRegistration(server, name).house

  app.decorate('sessions', {
    getter() {
      return findRegistration(this as FastifyInstance).sessions
    },
  })
  app.decorate('sessionsOf', function sessionsOf(name) {
    return findRegistration(this, name).sessions
  } satisfies FastifyInstance['sessionsOf'])
  app.decorateRequest('login', async function login(subject, details = {}) {
    return logIn(houseOf(this, details.mechanism), this, subject, details)
  } satisfies FastifyRequest['login'])
  app.decorateRequest('logout', async function logout(details = {}) {
    return logOut(houseOf(this, details.mechanism), this)
  } satisfies FastifyRequest['logout'])
  app.decorateRequest('elevate', async function lift(elevation) {
    return elevate(houseOf(this, elevation.mechanism), this, elevation)
  } satisfies FastifyRequest['elevate'])
  app.decorateRequest('reauthenticated', async function reauthenticated(details = {}) {
    return reauthenticate(houseOf(this, details.mechanism), this, details)
  } satisfies FastifyRequest['reauthenticated'])
}

/** Registers the session mechanism. */
export const session: typeof plugin = fp(plugin, { name: '@latchkey/session', fastify: '5.x' })
