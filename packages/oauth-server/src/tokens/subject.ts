import { prepareMac } from '@latchkey/tokens'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'

/**
 * The subject as a client knows it: the same for all, or one of its own per sector, so that
 * clients cannot compare notes (OpenID Connect Core §8.1).
 */
export function subjectFor(server: Server, client: Client, subject: string): string {
  if (client.sector === undefined) return subject
  const mac = prepareMac(Buffer.from(server.pairwiseSalt))
  return mac(JSON.stringify([client.sector, subject]))
}
