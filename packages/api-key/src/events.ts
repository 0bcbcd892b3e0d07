import { type Channel, channel } from 'node:diagnostics_channel'
import { channels } from '@latchkey/identity'
import type { KeyOwner, KeyRecord } from './record.js'

/** What happened to a key, without anything from which it could be rebuilt. */
export interface KeyEvent {
  /** Seconds since the epoch. */
  readonly at: number
  /** The name under which the mechanism is registered. */
  readonly mechanism: string
  readonly issuer: string
  /** The owner's id, as identities show it. */
  readonly subject: string
  readonly ownerType: KeyOwner['type']
  /** The key's id; absent where all keys of an owner are meant. */
  readonly credentialId?: string
  readonly tenant?: string
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** The `diagnostics_channel` channels of this package, by what they report. */
export const keyChannels: Readonly<
  Record<
    | 'created'
    | 'imported'
    | 'updated'
    | 'disabled'
    | 'enabled'
    | 'rotated'
    | 'revoked'
    | 'expiring'
    | 'leaked'
    | 'limited',
    Channel
  >
> = {
  created: channel('latchkey:key.created'),
  imported: channel('latchkey:key.imported'),
  updated: channel('latchkey:key.updated'),
  disabled: channel('latchkey:key.disabled'),
  enabled: channel('latchkey:key.enabled'),
  rotated: channel('latchkey:key.rotated'),
  revoked: channels.revoked,
  expiring: channel('latchkey:key.expiring'),
  leaked: channel('latchkey:key.leaked'),
  limited: channel('latchkey:key.limited'),
}

/** What is further known of an event. */
export interface EventExtras {
  readonly reason?: string | undefined
  readonly details?: Readonly<Record<string, unknown>>
}

/** Tells subscribers what happens to the keys of one registration. */
export interface KeyEvents {
  publish(to: keyof typeof keyChannels, record: KeyRecord, extras?: EventExtras): void
  publishForOwner(to: keyof typeof keyChannels, owner: KeyOwner, extras?: EventExtras): void
}

/** Prepares the events of a registration; costs nothing without subscribers. */
export function createKeyEvents(
  frame: { readonly mechanism: string; readonly issuer: string },
  clock: () => number,
): KeyEvents {
  function publishForOwner(
    to: keyof typeof keyChannels,
    owner: KeyOwner,
    extras: EventExtras = {},
    more: Partial<KeyEvent> = {},
  ): void {
    if (!keyChannels[to].hasSubscribers) return
    const { reason, details } = extras
    const event: KeyEvent = {
      at: Math.floor(clock()),
      ...frame,
      subject: owner.id,
      ownerType: owner.type,
      ...more,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
    }
    keyChannels[to].publish(event)
  }

  return {
    publishForOwner: (to, owner, extras) => publishForOwner(to, owner, extras),
    publish(to, record, extras) {
      const tenant = record.tenant === null ? {} : { tenant: record.tenant }
      publishForOwner(to, record.owner, extras, { credentialId: record.id, ...tenant })
    },
  }
}
