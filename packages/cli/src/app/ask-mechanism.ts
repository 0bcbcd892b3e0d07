import type { Mechanism, Outcome } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { scopesOf } from './find-scope.js'

const verifyingTypes: readonly unknown[] = ['jwt', 'introspection']

/**
 * Finds what an application verifies bearer tokens with.
 *
 * @param name Default: the first there is.
 * @returns `null` when there is none of that name.
 */
export function findTokenMechanism(app: FastifyInstance, name?: string): Mechanism | null {
  const scopes = scopesOf(app).filter((scope) => scope.hasDecorator('mechanisms'))
  const all = scopes.flatMap((scope) => scope.mechanisms.list())
  const isWanted = (one: Mechanism): boolean =>
    verifyingTypes.includes(one.describe().type) && (name === undefined || one.name === name)
  return all.find(isWanted) ?? null
}

/** A token is presented, so that nothing presented is no answer. */
export type Answered = Exclude<Outcome, null>

/**
 * Asks a mechanism about a token, by a request that goes nowhere: no route of the application
 * hears of it.
 */
export async function askMechanism(mechanism: Mechanism, token: string): Promise<Answered> {
  const { default: Fastify } = await import('fastify')
  const { identity } = await import('@latchkey/identity')
  const scratch = Fastify()
  let outcome: Answered = { unavailable: { reason: mechanism.name } }
  try {
    await scratch.register(identity)
    scratch.get('/', async (request, reply) => {
      outcome = (await mechanism.authenticate(request, reply)) as Answered
      return ''
    })
    await scratch.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })
    return outcome
  } finally {
    await scratch.close()
  }
}
