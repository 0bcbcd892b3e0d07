import type { FastifyPluginAsync } from 'fastify'

const PEOPLE: Readonly<
  Record<string, { readonly tenant: string; readonly roles: readonly string[] }>
> = {
  ann: { tenant: 'acme', roles: ['writer'] },
  bob: { tenant: 'acme', roles: ['reader'] },
  mia: { tenant: 'acme', roles: ['chief'] },
  eve: { tenant: 'umbrella', roles: ['chief'] },
}

/** Logs people in by name alone: the other examples show how to do that with a password. */
export const loginRoutes: FastifyPluginAsync = async (app) => {
  app.post<{ Params: { name: string } }>(
    '/login/:name',
    { config: { auth: 'public' } },
    async (request, reply) => {
      const { name } = request.params
      const person = Object.hasOwn(PEOPLE, name) ? PEOPLE[name] : undefined
      if (person === undefined) return reply.code(404).send({ message: 'Nobody of that name' })
      await request.login(name, { ...person, amr: ['pwd'] })
      return reply.code(204).send()
    },
  )

  // Stands for the second factor of an application.
  app.post('/second-factor', { config: { auth: 'session' } }, async (request, reply) => {
    await request.elevate({ acr: 'mfa', amr: ['otp'] })
    return reply.code(204).send()
  })
}
