import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ClientMetadata, ClientSummary } from '@latchkey/oauth-server'
import { parseJsonObject } from '@latchkey/tokens'
import { withOauthServer } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Call, type Command, listOf, textOf } from '../command.js'
import { usage } from '../errors.js'
import { facts } from '../table.js'
import { shownOnce } from './key-text.js'

type Metadata = Omit<ClientMetadata, 'client_id'>

async function readMetadata(call: Call, path: string): Promise<Metadata> {
  const text = await readFile(resolve(call.io.cwd, path), 'utf8').catch(() => null)
  const metadata = text === null ? null : parseJsonObject(text)
  if (metadata === null) throw usage(`Cannot read "${path}": it is no JSON object`)
  if (metadata.client_secret !== undefined) {
    throw usage('Cannot take "client_secret": the server draws the secret, and tells it once')
  }
  return metadata
}

async function metadataOf(call: Call): Promise<Metadata> {
  const file = textOf(call, 'metadata')
  const method = textOf(call, 'auth-method')
  const name = textOf(call, 'label')
  const scopes = listOf(call, 'scope')
  const lists = {
    redirect_uris: (call.options['redirect-uri'] ?? []) as readonly string[],
    grant_types: listOf(call, 'grant-type'),
  }
  return {
    ...(file === undefined ? {} : await readMetadata(call, file)),
    ...(name === undefined ? {} : { client_name: name }),
    ...(method === undefined ? {} : { token_endpoint_auth_method: method }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  }
}

/** `clients add` */
export const clientsAdd: Command = {
  name: 'clients add',
  says: 'Register an OAuth client, and show its secret once.',
  details: 'The id is the first line of the answer, the secret, if there is one, the second.',
  options: {
    ...appOptions,
    label: { value: 'text', says: 'What users see as its name (client_name).' },
    'redirect-uri': { value: 'uri', multiple: true, says: 'Where it may be redirected to.' },
    'grant-type': {
      value: 'type',
      multiple: true,
      says: 'authorization_code, refresh_token, client_credentials. Default: authorization_code.',
    },
    'auth-method': {
      value: 'method',
      says: 'client_secret_basic, client_secret_post, private_key_jwt or none. Default: client_secret_basic.',
    },
    scope: { value: 'scope', multiple: true, says: 'A scope that it may ask for. Default: any.' },
    metadata: { value: 'file', says: 'Further metadata as JSON (RFC 7591); options win over it.' },
  },
  examples: [
    'latchkey clients add --app ./dist/app.js --label "The shop" --redirect-uri https://shop.example/cb',
    'latchkey clients add --label Worker --grant-type client_credentials --scope orders:read',
  ],
  async run(call) {
    const metadata = await metadataOf(call)
    const { id, secret, client } = await withOauthServer(call, async ({ clients }) => {
      const made = await clients.create(metadata)
      return { ...made, client: (await clients.find(made.id)) as ClientSummary }
    })
    if (secret !== null) call.io.note(shownOnce)
    const lines = secret === null ? id : `${id}\n${secret}`
    const text = facts([
      ['name', client.name ?? ''],
      ['authenticates by', client.authMethod],
      ['grant types', client.grantTypes.join(' ')],
      ['redirect URIs', client.redirectUris.join(' ')],
    ])
    return { text: `${lines}\n\n${text}`, data: { id, secret, client } }
  },
}
