import type { Store } from '@latchkey/store'
import { sha256Base64url } from '@latchkey/tokens'

/** What a user allowed a client to do without being asked again, and what they took back. */
export type Consent = {
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** When it was last given, or `null` after it was withdrawn. */
  readonly givenAt: number | null
  /** Grants that are not younger than this are dead. */
  readonly revokedAt: number
}

const keyOf = (subject: string, clientId: string): string =>
  `oauth:consent:${sha256Base64url(JSON.stringify([subject, clientId]))}`
const indexOf = (subject: string): string => `oauth:consents:${sha256Base64url(subject)}`
const cutOffKeyOf = (subject: string): string => `oauth:cut-off:${sha256Base64url(subject)}`

const none: Consent = { scopes: [], resources: [], givenAt: null, revokedAt: 0 }

/** @returns The consent; an empty one when none was ever given. */
export async function loadConsent(
  store: Store,
  subject: string,
  clientId: string,
): Promise<Consent> {
  const record = await store.get(keyOf(subject, clientId))
  return record === null ? none : (record.value as unknown as Consent)
}

/** Whether a consent covers what is asked for. */
export function covers(
  consent: Consent,
  scopes: readonly string[],
  resources: readonly string[],
): boolean {
  return (
    consent.givenAt !== null &&
    scopes.every((scope) => consent.scopes.includes(scope)) &&
    resources.every((resource) => consent.resources.includes(resource))
  )
}

async function change(
  store: Store,
  subject: string,
  clientId: string,
  expiresAt: number,
  next: (consent: Consent) => Consent,
): Promise<void> {
  const key = keyOf(subject, clientId)
  for (;;) {
    const record = await store.get(key)
    if (record === null) {
      if (await store.create(key, next(none), { expiresAt })) return
    } else {
      const value = next(record.value as unknown as Consent)
      if (await store.replace(key, record.version, value, { expiresAt })) return
    }
  }
}

/** Remembers that a user allowed something, beside what they allowed before. */
export async function giveConsent(
  store: Store,
  subject: string,
  clientId: string,
  what: { readonly scopes: readonly string[]; readonly resources: readonly string[] },
  now: number,
  expiresAt: number,
): Promise<void> {
  await change(store, subject, clientId, expiresAt, (known) => ({
    scopes: [...new Set([...known.scopes, ...what.scopes])],
    resources: [...new Set([...known.resources, ...what.resources])],
    givenAt: now,
    revokedAt: known.revokedAt,
  }))
}

/** Remembers whom a subject gave a grant, so that it can be found by its subject. */
export function linkGrant(
  store: Store,
  { subject, clientId }: { readonly subject: string; readonly clientId: string },
  id: string,
  expiresAt: number,
): Promise<void> {
  return store.link(indexOf(subject), `${id} ${clientId}`, expiresAt)
}

/** The grants that a subject may have given, by client. */
export async function listGrants(store: Store, subject: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  let cursor: string | null = null
  do {
    const page = await store.list(indexOf(subject), { cursor })
    for (const member of page.members) {
      const space = member.indexOf(' ')
      const clientId = member.slice(space + 1)
      found.set(clientId, [...(found.get(clientId) ?? []), member.slice(0, space)])
    }
    cursor = page.cursor
  } while (cursor !== null)
  return found
}

/**
 * Takes back what a user allowed a client: it is asked again, and every grant of before is dead.
 *
 * @returns The ids of those grants.
 */
export async function withdrawConsent(
  store: Store,
  subject: string,
  clientId: string,
  now: number,
  expiresAt: number,
): Promise<readonly string[]> {
  await change(store, subject, clientId, expiresAt, () => ({ ...none, revokedAt: now }))
  const ids = (await listGrants(store, subject)).get(clientId) ?? []
  for (const id of ids) await store.unlink(indexOf(subject), `${id} ${clientId}`)
  return ids
}

/** Ends every grant of a subject at once, whichever client holds it. */
export async function cutOff(
  store: Store,
  subject: string,
  now: number,
  expiresAt: number,
): Promise<void> {
  const key = cutOffKeyOf(subject)
  for (;;) {
    const record = await store.get(key)
    if (record === null) {
      if (await store.create(key, now, { expiresAt })) return
    } else if (await store.replace(key, record.version, now, { expiresAt })) return
  }
}

/** The instant up to which grants of a subject to a client are dead. */
export async function loadRevokedAt(
  store: Store,
  subject: string,
  clientId: string,
): Promise<number> {
  const [consent, cut] = await Promise.all([
    loadConsent(store, subject, clientId),
    store.get(cutOffKeyOf(subject)),
  ])
  return Math.max(consent.revokedAt, cut === null ? 0 : (cut.value as number))
}

/** The clients that a subject has allowed something, with what. */
export async function listConsents(
  store: Store,
  subject: string,
): Promise<{ readonly clientId: string; readonly consent: Consent }[]> {
  const found: { clientId: string; consent: Consent }[] = []
  for (const clientId of (await listGrants(store, subject)).keys()) {
    const consent = await loadConsent(store, subject, clientId)
    if (consent.givenAt !== null) found.push({ clientId, consent })
  }
  return found
}
