import { requireIdentity } from '@latchkey/identity'
import type { FastifyPluginAsync } from 'fastify'

interface Order {
  readonly id: number
  readonly item: string
  readonly buyer: string
}

const everybody = ['session', 'jwt', 'api-key']
const newOrder = {
  type: 'object',
  required: ['item'],
  additionalProperties: false,
  properties: { item: { type: 'string', minLength: 1, maxLength: 200 } },
}

/** What the platform is for; each route says who may call it. */
export const orderRoutes: FastifyPluginAsync = async (app) => {
  const orders: Order[] = [{ id: 1, item: 'A brass key', buyer: 'ada' }]

  app.get(
    '/orders',
    { config: { auth: { any: everybody, scopes: ['orders:read'] } } },
    async () => ({
      orders,
    }),
  )

  app.post<{ Body: { item: string } }>(
    '/orders',
    {
      config: { auth: { any: everybody, scopes: ['orders:write'] } },
      schema: { body: newOrder },
    },
    async (request, reply) => {
      const { subject } = requireIdentity(request)
      const order = { id: orders.length + 1, item: request.body.item, buyer: subject }
      orders.push(order)
      return reply.code(201).send(order)
    },
  )

  app.get('/admin', { config: { auth: { any: everybody, roles: ['admin'] } } }, async () => ({
    orders: orders.length,
    buyers: new Set(orders.map((order) => order.buyer)).size,
  }))

  // Money leaves: whoever asks must have logged in within the last five minutes.
  app.post(
    '/payout',
    { config: { auth: { any: ['session', 'jwt'], roles: ['buyer'], maxAge: 300 } } },
    async (request) => ({ paidTo: requireIdentity(request).subject }),
  )
}
