import type { FastifyInstance } from 'fastify'

function childrenOf(app: FastifyInstance): readonly FastifyInstance[] {
  const symbol = Object.getOwnPropertySymbols(app).find(
    ({ description }) => description === 'fastify.children',
  )
  const scopes = app as unknown as Record<symbol, FastifyInstance[] | undefined>
  return (symbol === undefined ? undefined : scopes[symbol]) ?? []
}

/** An application and all that is encapsulated in it, from outside to inside. */
export function scopesOf(app: FastifyInstance): readonly FastifyInstance[] {
  return [app, ...childrenOf(app).flatMap(scopesOf)]
}

/** @returns The outermost scope that has a decorator, or `null`. */
export function findScope(app: FastifyInstance, decorator: string): FastifyInstance | null {
  return scopesOf(app).find((scope) => scope.hasDecorator(decorator)) ?? null
}
