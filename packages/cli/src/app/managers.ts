import type { ApiKeys } from '@latchkey/api-key'
import type { Tokens } from '@latchkey/jwt'
import type { Management } from '@latchkey/oauth-server'
import { type Call, type OptionSpec, textOf } from '../command.js'
import { CommandError } from '../errors.js'
import { findScope } from './find-scope.js'
import { fromRoom } from './room-error.js'
import { appPlace, withApp } from './with-app.js'

/** Tells one of several registrations of a mechanism from the others. */
export const nameOption: OptionSpec = {
  value: 'name',
  says: 'The name of the registration, where the application has several. Default: the first.',
}

interface Manager {
  readonly decorator: string
  readonly byName: string | null
  readonly room: string
}

async function withManager<Result>(
  call: Call,
  { decorator, byName, room }: Manager,
  use: (manager: never) => Promise<Result>,
): Promise<Result> {
  return withApp(call.io, appPlace(call), async (app) => {
    const scope = findScope(app, decorator) as unknown as Record<string, unknown> | null
    if (scope === null) {
      throw new CommandError('LATCHKEY_CLI_APP', `The application has not registered ${room}`)
    }
    try {
      const name = textOf(call, 'name')
      const manager =
        name === undefined || byName === null
          ? scope[decorator]
          : (scope[byName] as (name: string) => unknown)(name)
      return await use(manager as never)
    } catch (error) {
      throw fromRoom(error)
    }
  })
}

/** Has something done with the API keys of the application. */
export function withApiKeys<Result>(
  call: Call,
  use: (keys: ApiKeys) => Promise<Result>,
): Promise<Result> {
  const manager = { decorator: 'apiKeys', byName: 'apiKeysOf', room: '@latchkey/api-key' }
  return withManager(call, manager, use)
}

/** Has something done with the tokens of the application. */
export function withTokens<Result>(
  call: Call,
  use: (tokens: Tokens) => Promise<Result>,
): Promise<Result> {
  return withManager(call, { decorator: 'tokens', byName: 'tokensOf', room: '@latchkey/jwt' }, use)
}

/** Has something done with the authorization server of the application. */
export function withOauthServer<Result>(
  call: Call,
  use: (server: Management) => Promise<Result>,
): Promise<Result> {
  const manager = { decorator: 'oauthServer', byName: null, room: '@latchkey/oauth-server' }
  return withManager(call, manager, use)
}
