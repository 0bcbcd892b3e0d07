import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Document, Documents } from './documents.js'

/** The routes of the shelf: each says in its config what it asks for. */
export const documentRoutes: FastifyPluginAsync<{ readonly documents: Documents }> = async (
  app,
  { documents },
) => {
  const idOf = (request: FastifyRequest) => (request.params as { id: string }).id
  const resource = (request: FastifyRequest) => documents.find(idOf(request))
  const any = ['session'] as const

  app.get(
    '/documents',
    { config: { auth: { any, can: 'document.list', mask: { read: 'document.read' } } } },
    async (request) => documents.list(await request.plan('document.read')),
  )

  app.get(
    '/documents/:id',
    { config: { auth: { any, can: 'document.read', resource, mask: { read: 'document.read' } } } },
    async (request) => request.resource,
  )

  app.patch<{ Body: { title: string } }>(
    '/documents/:id',
    {
      config: { auth: { any, can: 'document.edit', resource, mask: { write: 'document.edit' } } },
      schema: {
        body: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
      },
    },
    async (request, reply) => {
      await documents.rename(idOf(request), request.body.title)
      return reply.code(204).send()
    },
  )

  app.post(
    '/documents/:id/publish',
    { config: { auth: { any, can: 'document.publish', resource } } },
    async (request, reply) => {
      await documents.publish(idOf(request))
      return reply.code(204).send()
    },
  )

  // Asks by itself instead of in the config, and tells the whole reason: for people who write
  // policies, not for clients.
  app.get(
    '/documents/:id/why-not-edit',
    { config: { auth: { any, resource } } },
    async (request, reply) => {
      const document = request.resource as Document
      await request.authorize('document.read', document)
      const { text } = await request.explain('document.edit', document)
      return reply.type('text/plain; charset=utf-8').send(`${text}\n`)
    },
  )
}
