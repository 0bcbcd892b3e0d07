import { toPredicate } from '@latchkey/authz'
import { requireIdentity } from '@latchkey/identity'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Order, OrderBook } from '../orders.js'

const everybody = ['session', 'jwt', 'api-key']
const newOrder = {
  type: 'object',
  required: ['item'],
  additionalProperties: false,
  properties: { item: { type: 'string', minLength: 1, maxLength: 200 } },
}

/** The orders that the caller may see, the newest first. */
export async function visibleOrders(request: FastifyRequest, book: OrderBook): Promise<Order[]> {
  const isVisible = toPredicate(await request.plan('order.read'))
  return (await book.list()).filter((order) => isVisible({ ...order }))
}

/** Finds the order that a path names, for the policy to decide about. */
export function loadOrder(book: OrderBook): (request: FastifyRequest) => Promise<Order | null> {
  return (request) => book.find(Number((request.params as { id: string }).id))
}

/** What the platform is for; each route says who may call it. */
export const orderRoutes: FastifyPluginAsync<{ readonly book: OrderBook }> = async (
  app,
  { book },
) => {
  app.get(
    '/orders',
    { config: { auth: { any: everybody, scopes: ['orders:read'] } } },
    async (request) => ({ orders: await visibleOrders(request, book) }),
  )

  app.post<{ Body: { item: string } }>(
    '/orders',
    {
      config: { auth: { any: everybody, scopes: ['orders:write'] } },
      schema: { body: newOrder },
    },
    async (request, reply) => {
      const order = await book.add(requireIdentity(request).subject, request.body.item)
      return reply.code(201).send(order)
    },
  )

  app.delete<{ Params: { id: string } }>(
    '/orders/:id',
    {
      config: {
        auth: {
          any: everybody,
          scopes: ['orders:write'],
          can: 'order.cancel',
          resource: loadOrder(book),
        },
      },
    },
    async (request) => book.cancel(Number(request.params.id)),
  )

  app.get('/admin', { config: { auth: { any: everybody, roles: ['admin'] } } }, async () => {
    const orders = await book.list()
    return { orders: orders.length, buyers: new Set(orders.map(({ buyer }) => buyer)).size }
  })

  // Money leaves: whoever asks must have logged in within the last five minutes.
  app.post(
    '/payout',
    { config: { auth: { any: ['session', 'jwt'], roles: ['buyer'], maxAge: 300 } } },
    async (request) => ({ paidTo: requireIdentity(request).subject }),
  )
}
