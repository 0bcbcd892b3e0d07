import type { Json, Store } from '@latchkey/store'
import { prepareSeal, randomBase64url, sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What a program remembers of one visitor: sealed, under the digest of a cookie of its own. */
export interface Memory<Value> {
  /** @returns `null` for a visitor who is new. */
  load(request: FastifyRequest): Promise<Value | null>
  save(request: FastifyRequest, reply: FastifyReply, value: Value): Promise<void>
  forget(request: FastifyRequest): Promise<void>
}

/** Seconds after which a visitor is forgotten. */
const LIFE = 86_400

/**
 * Prepares the memory of a program that runs beside the platform.
 *
 * @param name Also its path, below which its cookie is sent.
 */
export function createMemory<Value extends object>(
  store: Store,
  name: string,
  secret: string,
): Memory<Value> {
  const seal = prepareSeal([{ secret }])
  const pattern = new RegExp(`(?:^|; )${name}=([\\w-]{43})(?:;|$)`)

  const idOf = (request: FastifyRequest): string | null =>
    pattern.exec(request.headers.cookie ?? '')?.[1] ?? null
  const keyOf = (id: string): string => `program:${name}:${sha256Base64url(id)}`

  return {
    async load(request) {
      const id = idOf(request)
      const record = id === null ? null : await store.get(keyOf(id))
      if (id === null || record === null) return null
      const text = seal.open(String(record.value), keyOf(id))
      return text === null ? null : (JSON.parse(text) as Value)
    },

    async save(request, reply, value) {
      let id = idOf(request)
      if (id === null) {
        id = randomBase64url(32)
        reply.header('set-cookie', `${name}=${id}; Path=/${name}; HttpOnly; SameSite=Lax`)
      }
      const sealed: Json = seal.close(JSON.stringify(value), keyOf(id))
      const expiresAt = Date.now() / 1000 + LIFE
      const record = await store.get(keyOf(id))
      if (record === null) await store.create(keyOf(id), sealed, { expiresAt })
      else await store.replace(keyOf(id), record.version, sealed, { expiresAt })
    },

    async forget(request) {
      const id = idOf(request)
      if (id !== null) await store.delete(keyOf(id))
    },
  }
}
