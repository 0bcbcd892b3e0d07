import type { Outbound, Seal } from '@latchkey/tokens'
import { InvalidUse } from './errors.js'
import type { Settings } from './options.js'
import type { Provider } from './provider.js'

/** What every part of one registration shares. */
export interface House {
  readonly settings: Settings
  readonly seal: Seal
  readonly outbound: Outbound
  readonly providers: ReadonlyMap<string, Provider>
}

/** @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_INVALID_USE` when there is none of that name. */
export function providerOf({ providers }: House, name: string): Provider {
  const provider = providers.get(name)
  if (provider !== undefined) return provider
  const names = [...providers.keys()].map((each) => `"${each}"`).join(', ')
  throw new InvalidUse(`there is no provider "${name}"; there is ${names}`)
}
