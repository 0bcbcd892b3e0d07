import { identity } from '@latchkey/identity'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { checkRoutes } from './check-routes.js'
import { warnOfOpenCors } from './cors.js'
import { type DeclaredRoute, declareRoute } from './declare-route.js'
import { NotReady, RegisteredTwice } from './errors.js'
import { createOpenApi } from './openapi.js'
import { type AuthOptions, readOptions } from './options.js'
import { pageRoute } from './page.js'
import { printReport } from './print.js'
import { type AuthReport, createReport } from './report.js'
import { listRouterRoutes } from './router-tree.js'

async function plugin(app: FastifyInstance, options: AuthOptions): Promise<void> {
  if (app.hasDecorator('authReport')) throw new RegisteredTwice()
  const settings = readOptions(options)
  const earlier = listRouterRoutes(app)
  const declared: DeclaredRoute[] = []
  const openApi = createOpenApi()
  let report: AuthReport | undefined

  await app.register(identity)
  app.addHook('onRoute', function onRoute(route) {
    const seen = declareRoute(this, route, settings)
    declared.push(seen)
    openApi.declare(seen, route)
  })
  openApi.announce(app)
  for (const [name, [mechanism, own]] of settings.mechanisms) {
    await app.register(mechanism as FastifyPluginAsync<{ name: string }>, { ...own, name })
  }
  app.decorate('authReport', () => {
    if (report === undefined) throw new NotReady()
    return report
  })
  app.decorate('printAuth', () => printReport(app.authReport()))
  if (settings.page !== null) app.route(pageRoute(settings.page, () => app.authReport()))
  app.addHook('onReady', async () => {
    const routes = checkRoutes(app, settings, earlier, declared)
    openApi.publish(routes)
    report = createReport(routes)
  })
  app.addHook('onListen', () => warnOfOpenCors(app, app.authReport()))
}

/**
 * Reads what each route says in `config.auth` and enforces it: which mechanisms it accepts, in
 * which order, and what it asks of the caller. Register it before the routes.
 */
export const auth: FastifyPluginAsync<AuthOptions> = fp(plugin, {
  name: '@latchkey/auth',
  fastify: '5.x',
})
