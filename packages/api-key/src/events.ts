import { type Channel, channel } from 'node:diagnostics_channel'
import { publishRevocation } from '@latchkey/identity'
import type { KeyOwner, KeyRecord } from './record.js'

/** The last part of an event's name. */
export type KeyEventOutcome =
  | 'created'
  | 'imported'
  | 'updated'
  | 'disabled'
  | 'enabled'
  | 'rotated'
  | 'expiring'
  | 'leaked'
  | 'limited'

/** What happened to a key, without anything from which it could be rebuilt. */
export interface KeyEvent {
  /** Seconds since the epoch. */
  readonly at: number
  readonly outcome: KeyEventOutcome
  /** The name under which the mechanism is registered. */
  readonly mechanism: string
  readonly issuer: string
  /** The owner's id, as identities show it. */
  readonly subject: string
  readonly ownerType: KeyOwner['type']
  /** The key's id. */
  readonly credentialId: string
  readonly tenant?: string
  /** Which limit was passed, or where a leak was seen. */
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The `diagnostics_channel` channels of this package, by what they report. The end of a key is
 * told on `latchkey:revoked`, like that of every other credential.
 */
export const keyChannels: Readonly<Record<KeyEventOutcome, Channel>> = Object.freeze({
  created: channel('latchkey:key.created'),
  imported: channel('latchkey:key.imported'),
  updated: channel('latchkey:key.updated'),
  disabled: channel('latchkey:key.disabled'),
  enabled: channel('latchkey:key.enabled'),
  rotated: channel('latchkey:key.rotated'),
  expiring: channel('latchkey:key.expiring'),
  leaked: channel('latchkey:key.leaked'),
  limited: channel('latchkey:key.limited'),
})

/** What is further known of an event. */
export interface EventExtras {
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Why, and by whom, something was ended. */
export interface RevocationExtras {
  readonly reason: string
  readonly by?: string | undefined
  readonly requestId?: string | undefined
}

/** Tells subscribers what happens to the keys of one registration. */
export interface KeyEvents {
  publish(outcome: KeyEventOutcome, record: KeyRecord, extras?: EventExtras): void
  publishRevoked(
    of: Pick<KeyRecord, 'owner'> & Partial<Pick<KeyRecord, 'id' | 'tenant'>>,
    extras: RevocationExtras,
  ): void
}

/** Prepares the events of a registration; costs nothing without subscribers. */
export function createKeyEvents(
  frame: { readonly mechanism: string; readonly issuer: string },
  clock: () => number,
): KeyEvents {
  return {
    publish(outcome, { id, owner, tenant }, extras = {}) {
      if (!keyChannels[outcome].hasSubscribers) return
      const event: KeyEvent = {
        at: Math.floor(clock()),
        outcome,
        ...frame,
        subject: owner.id,
        ownerType: owner.type,
        credentialId: id,
        ...(tenant === null ? {} : { tenant }),
        ...extras,
      }
      keyChannels[outcome].publish(event)
    },
    publishRevoked: ({ id, owner, tenant }, extras) =>
      publishRevocation({
        ...frame,
        subject: owner.id,
        credentialId: id,
        tenant: tenant ?? undefined,
        ...extras,
      }),
  }
}
