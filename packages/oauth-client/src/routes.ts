import { about, channels, publishEvent } from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { beginSignIn } from './authorization.js'
import { receiveLogout } from './backchannel-logout.js'
import { completeCallback, openPosted, readParameters, sealPosted } from './callback.js'
import { Malformed } from './errors.js'
import { handleFailures } from './failures.js'
import type { House } from './house.js'
import { requireFreshSession } from './link-account.js'
import { signOut } from './logout.js'
import type { Provider } from './provider.js'

const FORM = 'application/x-www-form-urlencoded'
const LONGEST_FORM = 32_768

function queryOf({ url }: FastifyRequest): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1))
}

function formOf({ body }: FastifyRequest): URLSearchParams {
  if (body instanceof URLSearchParams) return body
  throw new Malformed({ cause: 'no-form' })
}

function go(reply: FastifyReply, location: string): FastifyReply {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  return reply.redirect(location, 303)
}

async function handleCallback(
  house: House,
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sent = readParameters(queryOf(request))
  const parameters =
    provider.options.responseMode === 'form_post'
      ? openPosted(house, provider, sent.posted ?? '')
      : sent
  const { identity, returnTo } = await completeCallback(house, provider, parameters, request, reply)
  publishEvent(channels.authenticated, request, {
    ...about(identity),
    reason: 'sign-in',
    details: { provider: provider.name },
  })
  return go(reply, returnTo)
}

function addProvider(app: FastifyInstance, house: House, provider: Provider): void {
  const base = `${house.settings.path}/${provider.name}`
  const config = { auth: 'public', provider: provider.name }

  app.get(base, { config, exposeHeadRoute: false }, (request, reply) => {
    const returnTo = queryOf(request).get('returnTo')
    return beginSignIn(house, provider, request, reply, { returnTo })
  })
  app.post(`${base}/link`, { config }, async (request, reply) => {
    const link = await requireFreshSession(house, request, reply)
    const fields = request.body instanceof URLSearchParams ? request.body : queryOf(request)
    const options = { returnTo: fields.get('returnTo') }
    return beginSignIn(house, provider, request, reply, options, link)
  })
  app.get(`${base}/callback`, { config, exposeHeadRoute: false }, (request, reply) =>
    handleCallback(house, provider, request, reply),
  )
  if (provider.options.responseMode === 'form_post') {
    app.post(`${base}/callback`, { config }, async (request, reply) => {
      const posted = sealPosted(house, provider, readParameters(formOf(request)))
      return go(reply, `${provider.redirectUri}?${new URLSearchParams({ posted })}`)
    })
  }
  app.post(`${base}/logout`, { config }, async (request, reply) =>
    go(reply, await signOut(house, provider, request, reply)),
  )
  if (provider.keys === null) return
  app.post(`${base}/backchannel-logout`, { config }, async (request, reply) => {
    const token = readParameters(formOf(request)).logout_token
    if (token === undefined) throw new Malformed({ cause: 'no-logout-token' })
    await receiveLogout(app, house, provider, token)
    return reply.header('cache-control', 'no-store').code(200).send()
  })
}

/** Adds the routes of all providers, with their own way to read forms and to tell of failures. */
export async function addRoutes(app: FastifyInstance, house: House): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    FORM,
    { parseAs: 'string', bodyLimit: LONGEST_FORM },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  )
  app.addContentTypeParser('*', (_request, _body, done) => done(null, undefined))
  handleFailures(app, house)
  for (const provider of house.providers.values()) addProvider(app, house, provider)
}
