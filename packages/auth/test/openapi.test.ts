import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { identity, type Mechanism } from '@latchkey/identity'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { OpenAPIV3 } from 'openapi-types'
import t from 'tap'
import { auth } from '../src/index.js'
import { whoami } from './fixtures/app.js'
import { authorizer } from './fixtures/authorizer.js'
import { badge, bearer, wristband } from './fixtures/mechanisms.js'

const oauth = bearer('jwt', {
  securityScheme: { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/' },
})
const SCHEMES = {
  jwt: { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/' },
  badge: { type: 'apiKey', in: 'header', name: 'x-badge' },
  wristband: { type: 'apiKey', in: 'cookie', name: 'wristband' },
}

async function createDocumented(
  order: 'swagger first' | 'auth first',
  options: FastifyDynamicSwaggerOptions = { openapi: {} },
  mechanisms: readonly Mechanism[] = [oauth, badge(), wristband()],
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(identity)
  app.mechanisms.registerAuthorizer(authorizer())
  for (const mechanism of mechanisms) app.mechanisms.register(mechanism)
  if (order === 'swagger first') await app.register(swagger, options)
  await app.register(auth)
  if (order === 'auth first') await app.register(swagger, options)
  return app
}

async function documentOf(app: FastifyInstance): Promise<OpenAPIV3.Document> {
  await app.ready()
  return app.swagger() as OpenAPIV3.Document
}

for (const order of ['swagger first', 'auth first'] as const) {
  t.test(`${order}: every route has its security, and the schemes are described`, async (t) => {
    const app = await createDocumented(order)
    app.get('/public', { config: { auth: 'public' } }, whoami)
    app.get('/any', { config: { auth: ['badge', 'jwt'] } }, whoami)
    app.get('/optional', { config: { auth: { any: ['badge'], optional: true } } }, whoami)
    app.post(
      '/all/:id',
      {
        config: { auth: { any: ['jwt', { all: ['badge', 'wristband'] }], early: 'scope' } },
        schema: { body: { type: 'object' }, operationId: 'all' },
      },
      whoami,
    )
    const document = await documentOf(app)
    t.same(document.components?.securitySchemes, SCHEMES)
    t.same(Object.keys(document.paths), ['/public', '/any', '/optional', '/all/{id}'])
    t.same(document.paths['/public']?.get?.security, [])
    t.same(document.paths['/any']?.get?.security, [{ badge: [] }, { jwt: [] }])
    t.same(document.paths['/optional']?.get?.security, [{}, { badge: [] }])
    t.same(document.paths['/all/{id}']?.post?.security, [
      { jwt: ['orders:write'] },
      { badge: [], wristband: [] },
    ])
    t.match(app.swagger({ yaml: true }), /securitySchemes:\n {4}badge:/)
    const hidden = await app.inject({ method: 'OPTIONS', url: '/_latchkey/openapi/1' })
    t.equal(hidden.statusCode, 404)
  })

  t.test(`${order}: what was written by hand stays`, async (t) => {
    const mine = { type: 'http', scheme: 'bearer', description: 'mine' } as const
    const components = { securitySchemes: { jwt: mine, other: mine } }
    const app = await createDocumented(order, {
      openapi: { components },
      transform: ({ schema, url }) => ({ schema: { ...schema, summary: 'ours' }, url }),
    })
    const schema = { security: [{ other: [] }] }
    app.get('/', { config: { auth: 'jwt' }, schema }, whoami)
    app.get('/badge', { config: { auth: 'badge' } }, whoami)
    const document = await documentOf(app)
    t.same(document.paths['/']?.get?.security, [{ other: [] }])
    t.same(document.components?.securitySchemes, {
      jwt: mine,
      badge: SCHEMES.badge,
      other: mine,
    })
    t.equal(document.paths['/badge']?.get?.summary, 'ours')
    t.same(components, { securitySchemes: { jwt: mine, other: mine } })
  })

  t.test(`${order}: a Swagger 2.0 document is left alone`, async (t) => {
    const app = await createDocumented(order, { swagger: {} })
    app.get('/', { config: { auth: 'jwt' } }, whoami)
    await app.ready()
    const document = app.swagger() as unknown as { paths: Record<string, object> }
    t.same(Object.keys(document.paths), ['/'])
    t.notMatch(JSON.stringify(document), 'security')
  })
}

t.test('a scope that documents itself has the schemes of its own mechanisms', async (t) => {
  const app = Fastify()
  await app.register(identity)
  app.mechanisms.register(badge('key'))
  await app.register(auth, { page: false })
  const documented: FastifyPluginAsync = async (scope) => {
    await scope.register(swagger, { openapi: {} })
    scope.mechanisms.register(badge('key', {}, 'x-other'))
    scope.get('/theirs', { config: { auth: 'key' } }, whoami)
    await scope.register(async (child: FastifyInstance) => {
      child.get('/child', { config: { auth: 'key' } }, whoami)
    })
    app.decorate('documentOfScope', () => scope.swagger())
  }
  await app.register(documented, { prefix: '/scope' })
  app.get('/ours', { config: { auth: 'key' } }, whoami)
  await app.ready()
  const { documentOfScope } = app as unknown as { documentOfScope(): OpenAPIV3.Document }
  const document = documentOfScope()
  t.same(Object.keys(document.paths), ['/scope/theirs', '/scope/child'])
  t.same(document.paths['/scope/theirs']?.get?.security, [{ key: [] }])
  t.match(document.components?.securitySchemes, { key: { name: 'x-other' } })
})
