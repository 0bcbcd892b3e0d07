import { requireIdentity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { loadOrder, visibleOrders } from '../api/order-routes.js'
import { ordersPage } from '../pages/order-pages.js'
import { form, frameOf, type Site, sendPage, withNote } from './context.js'

/** The orders, for people. */
export function orderPageRoutes(app: FastifyInstance, { book }: Site): void {
  const read = { config: { auth: { any: ['session'], scopes: ['orders:read'] } } }
  const write = { config: { auth: { any: ['session'], scopes: ['orders:write'] } } }

  app.get('/orders', read, async (request, reply) =>
    sendPage(reply, ordersPage(frameOf(request), await visibleOrders(request, book))),
  )

  app.post<{ Body: { item: string } }>(
    '/orders',
    { ...write, schema: form('item') },
    async (request, reply) => {
      const item = request.body.item.trim()
      if (item === '' || item.length > 200) {
        const fault = { message: 'Please say what you would like, in at most 200 characters.' }
        const orders = await visibleOrders(request, book)
        return sendPage(reply.code(422), ordersPage(frameOf(request), orders, fault))
      }
      await book.add(requireIdentity(request).subject, item)
      return reply.redirect(withNote('/orders', 'ordered'), 303)
    },
  )

  app.post<{ Params: { id: string } }>(
    '/orders/:id/cancel',
    { config: { auth: { any: ['session'], can: 'order.cancel', resource: loadOrder(book) } } },
    async (request, reply) => {
      await book.cancel(Number(request.params.id))
      return reply.redirect(withNote('/orders', 'cancelled'), 303)
    },
  )
}
