import { createMongoAbility, type MongoAbility, subject } from '@casl/ability'
import { auth } from '@latchkey/auth'
import { authz, definePolicy, eq, isOwner } from '@latchkey/authz'
import { createIdentity, type Identity, type Mechanism } from '@latchkey/identity'
import Fastify, { type FastifyInstance } from 'fastify'
import type { BenchServer, Group } from '../group.js'

const document = { id: 'd1', ownerId: 'u1', status: 'draft' }
const caller = createIdentity({
  subject: 'u1',
  issuer: 'app',
  kind: 'user',
  mechanism: 'fixed',
  credentialId: 'c1',
  roles: ['editor'],
})
/** Lets everybody in as the same caller: what is measured is the decision. */
const fixed: Mechanism = {
  name: 'fixed',
  sources: [],
  ambient: false,
  authenticate: () => ({ identity: caller }),
  challenge: () => ({ scheme: 'Bearer', params: {} }),
  securityScheme: { type: 'http', scheme: 'bearer' },
  describe: () => ({
    type: 'fixed',
    revocationWindow: 0,
    algorithms: [],
    outbound: [],
    secretsAtRest: 'none',
  }),
}
const policy = definePolicy({
  resources: {
    document: {
      actions: ['read', 'edit'],
      attributes: { id: 'string', ownerId: 'string', status: 'string' },
      owner: 'ownerId',
    },
  },
  roles: { editor: {}, admin: {} },
  rules: [
    { allow: 'document.edit', to: 'editor', when: isOwner() },
    { allow: 'document.edit', to: 'admin', when: eq('status', 'open') },
  ],
})

async function withAuth(declare: (app: FastifyInstance) => void): Promise<BenchServer> {
  const app = Fastify()
  await app.register(authz, { policy })
  app.mechanisms.register(fixed)
  await app.register(auth)
  declare(app)
  await app.ready()
  return { app, requests: [{ url: '/docs/d1' }] }
}

const handler = async () => ({ id: 'd1' })

function abilityOf(identity: Identity): MongoAbility {
  return createMongoAbility([
    { action: 'edit', subject: 'document', conditions: { ownerId: identity.subject } },
  ])
}
const ability = abilityOf(caller)

const group: Group = {
  title: 'A decision about an object on a route',
  settings: 'Everybody is let in as the same caller by a mechanism that costs nothing.',
  variants: [
    {
      name: 'no decision',
      role: 'bare',
      build: () =>
        withAuth((app) => app.get('/docs/:id', { config: { auth: ['fixed'] } }, handler)),
    },
    {
      name: 'can + resource',
      role: 'ours',
      build: () =>
        withAuth((app) => {
          const resource = () => document
          const config = { auth: { any: ['fixed'], can: 'document.edit', resource } } as const
          app.get('/docs/:id', { config }, handler)
        }),
    },
    {
      name: 'an if by hand',
      role: 'peer',
      build: () =>
        withAuth((app) =>
          app.get('/docs/:id', { config: { auth: ['fixed'] } }, async ({ identity }, reply) =>
            identity?.roles.has('editor') && document.ownerId === identity.subject
              ? { id: 'd1' }
              : reply.code(403).send(),
          ),
        ),
    },
    {
      name: 'CASL, ability kept',
      role: 'peer',
      build: () =>
        withAuth((app) =>
          app.get('/docs/:id', { config: { auth: ['fixed'] } }, async (_request, reply) =>
            ability.can('edit', subject('document', document) as never)
              ? { id: 'd1' }
              : reply.code(403).send(),
          ),
        ),
    },
    {
      name: 'CASL, ability per request',
      role: 'peer',
      build: () =>
        withAuth((app) =>
          app.get('/docs/:id', { config: { auth: ['fixed'] } }, async ({ identity }, reply) =>
            abilityOf(identity as Identity).can('edit', subject('document', document) as never)
              ? { id: 'd1' }
              : reply.code(403).send(),
          ),
        ),
    },
  ],
}
export default group
