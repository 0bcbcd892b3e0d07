import { covers, giveConsent, loadConsent } from '../records/consent.js'
import { isLocalRedirect } from '../redirect-uri.js'
import { longestMemory } from '../revocations.js'
import type { Server } from '../server.js'
import type { AuthorizationRequest } from './authorization-request.js'

/**
 * Whether nobody can tell who gets the answer: the client has no credential and its redirect stays
 * on the user's machine, where any program can wait for it (RFC 8252 §8.6).
 */
function isUnassured({ client, redirectUri }: AuthorizationRequest): boolean {
  return client.authMethod === 'none' && isLocalRedirect(redirectUri)
}

/** Whether the user has to be asked. */
export async function needsConsent(
  server: Server,
  request: AuthorizationRequest,
  subject: string,
  now: number,
): Promise<boolean> {
  const { client, prompt, resources, scopes } = request
  if (prompt.has('consent') || isUnassured(request)) return true
  if (client.firstParty) return false
  const consent = await loadConsent(server.store, subject, client.id)
  const isOver = (consent.givenAt ?? 0) + server.rules.consentTtl <= now
  return (
    isOver ||
    !covers(
      consent,
      scopes,
      resources.map(({ id }) => id),
    )
  )
}

/** Remembers what the user has just approved. */
export async function rememberConsent(
  server: Server,
  request: AuthorizationRequest,
  subject: string,
  now: number,
): Promise<void> {
  const { client, resources, scopes } = request
  const what = { scopes, resources: resources.map(({ id }) => id) }
  // It also remembers what was taken back before, as long as that matters.
  await giveConsent(server.store, subject, client.id, what, now, now + longestMemory(server))
}
