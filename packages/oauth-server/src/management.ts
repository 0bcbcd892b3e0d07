import type { ListOptions } from '@latchkey/store'
import type { KeyReport, RotatingKeyring } from '@latchkey/tokens'
import { ManagementError } from './errors.js'
import { logoutEverywhere } from './logout.js'
import type { Client } from './records/client.js'
import type { ClientMetadata } from './records/client-metadata.js'
import { listConsents } from './records/consent.js'
import { createDynamicClient, drawClientId, listDynamicClients } from './records/dynamic-client.js'
import { type Grant, loadGrant } from './records/grant.js'
import { prepareRegistration } from './registration.js'
import { createReport, type OAuthServerReport } from './report.js'
import { endClient, endConsent, endGrant, endSubject } from './revocations.js'
import type { Server } from './server.js'

/** A client, without anything secret. */
export interface ClientSummary {
  readonly id: string
  readonly name: string | undefined
  readonly origin: Client['origin']
  readonly redirectUris: readonly string[]
  readonly grantTypes: readonly string[]
  readonly authMethod: Client['authMethod']
}

/** What a user has allowed a client. */
export interface ConsentSummary {
  readonly client: ClientSummary
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** Seconds. */
  readonly givenAt: number
}

/** A grant, without anything secret. */
export interface GrantSummary extends Pick<Grant, 'clientId' | 'subject' | 'scopes' | 'resources'> {
  readonly id: string
  readonly status: Grant['status']
  readonly createdAt: number
}

/** One page of clients. */
export interface ClientPage {
  readonly clients: readonly ClientSummary[]
  /** What to pass as `cursor` for the next page, or `null` when this was the last. */
  readonly cursor: string | null
}

/** What an application does with its authorization server: `app.oauthServer`. */
export interface Management {
  readonly clients: {
    /** @returns The client, or `null`. */
    find(id: string): Promise<ClientSummary | null>
    /**
     * Lists the clients of the options, on the first page, and those that were registered. Clients
     * that are named by their documents are not known before they come.
     */
    list(options?: ListOptions): Promise<ClientPage>
    /**
     * Registers a client, as if it had done so itself.
     *
     * @returns Its id, and its secret where it has one: told only here.
     * @throws {Error} When the metadata is not right; its message says why.
     */
    create(
      metadata: Omit<ClientMetadata, 'client_id'>,
    ): Promise<{ readonly id: string; readonly secret: string | null }>
    /**
     * Ends a registered client with all that it holds.
     *
     * @returns `false` when there was none.
     * @throws {Error} `LATCHKEY_OAUTH_SERVER_MANAGEMENT` for one of the options.
     */
    delete(id: string): Promise<boolean>
  }
  readonly grants: {
    /** @returns The grant, or `null` when there is none, or it has ended. */
    find(id: string): Promise<GrantSummary | null>
    /** Ends a grant and its tokens. @returns `false` when there was nothing to end. */
    revoke(id: string): Promise<boolean>
    /** Ends everything that a subject has granted: a password changed, a user was disabled. */
    revokeAll(subject: string): Promise<void>
  }
  readonly consents: {
    list(subject: string): Promise<ConsentSummary[]>
    /** Takes a consent back: the client's grants end, and the user is asked again. */
    revoke(subject: string, clientId: string): Promise<void>
  }
  readonly keys: {
    list(): readonly KeyReport[]
    /** Plans the next keys of rings that rotate. @returns Their ids. */
    rotate(): Promise<string[]>
  }
  /** What an operator should know of the server: nothing of it is secret. */
  describe(): OAuthServerReport
  /** Ends what was granted for a session, and tells the clients that asked for it. */
  endSession(session: { readonly subject: string; readonly id: string }): Promise<void>
}

function summarize(client: Client): ClientSummary {
  const { id, name, origin, redirectUris, grantTypes, authMethod } = client
  return { id, name, origin, redirectUris, grantTypes: [...grantTypes], authMethod }
}

/** Lists what a subject has allowed to clients that still exist. */
async function listAllowed(server: Server, subject: string): Promise<ConsentSummary[]> {
  const consents = await listConsents(server.store, subject)
  const found = await Promise.all(
    consents.map(async ({ clientId, consent }) => {
      const client = await server.clients.find(clientId)
      if (client === null) return []
      const { scopes, resources, givenAt } = consent
      return [{ client: summarize(client), scopes, resources, givenAt: givenAt as number }]
    }),
  )
  return found.flat()
}

/** Makes the management API. */
export function createManagement(server: Server): Management {
  const { store } = server
  return {
    clients: {
      async find(id) {
        const client = await server.clients.find(id)
        return client === null ? null : summarize(client)
      },
      async list(options = {}) {
        const operated = (options.cursor ?? null) === null ? server.clients.operated : []
        const page = await listDynamicClients(store, options)
        const found = await Promise.all(page.members.map((id) => server.clients.find(id)))
        const registered = found.filter((client) => client !== null)
        return { clients: [...operated, ...registered].map(summarize), cursor: page.cursor }
      },
      async create(metadata) {
        const { id, record, secret } = await prepareRegistration(
          server,
          drawClientId(),
          metadata,
          null,
        )
        await createDynamicClient(store, id, record)
        server.events.publish('registered', { clientId: id })
        return { id, secret }
      },
      async delete(id) {
        if (!server.clients.isStatic(id)) return endClient(server, id)
        throw new ManagementError(`the client "${id}" stands in the options; take it out there`)
      },
    },
    grants: {
      async find(id) {
        const loaded = await loadGrant(store, id)
        if (loaded === null) return null
        const { status, clientId, subject, scopes, resources, createdAt } = loaded.grant
        return { id, status, clientId, subject, scopes, resources, createdAt }
      },
      revoke: (id) => endGrant(server, id),
      revokeAll: (subject) => endSubject(server, subject),
    },
    consents: {
      list: (subject) => listAllowed(server, subject),
      revoke: (subject, clientId) => endConsent(server, subject, clientId),
    },
    keys: {
      list: () => server.keys.rings.flatMap((ring) => ring.describe().keys),
      async rotate() {
        const rotating = server.keys.rings.filter((ring) => 'rotate' in ring)
        return Promise.all(rotating.map((ring) => (ring as RotatingKeyring).rotate()))
      },
    },
    describe: () => createReport(server),
    endSession: ({ subject, id }) => logoutEverywhere(server, subject, id),
  }
}
