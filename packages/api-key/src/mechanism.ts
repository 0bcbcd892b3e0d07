import type {
  CredentialShape,
  CredentialSource,
  Mechanism,
  Refusal,
  ScopeShortage,
  SecurityScheme,
  StepUp,
} from '@latchkey/identity'
import type { Settings } from './options.js'
import { createKeyReader, TWICE } from './presented.js'
import { REPEATED } from './verdict.js'
import type { Verify } from './verification.js'

/** What the mechanism tells about itself beyond its settings. */
export interface MechanismFacts {
  readonly algorithms: readonly string[]
  readonly secretsAtRest: string
  readonly revocationWindow: number
}

/** Builds the mechanism of one registration. */
export function createMechanism(
  settings: Settings,
  isOurs: (text: string) => boolean,
  verify: Verify,
  facts: MechanismFacts,
): Mechanism {
  const { prefix } = settings
  const read = createKeyReader(settings, isOurs)
  const shape: CredentialShape = { id: `api-key:${prefix}`, matches: isOurs }
  const scheme = settings.bearer ? 'Bearer' : 'ApiKey'

  return {
    name: settings.name,
    sources: sourcesOf(settings, shape),
    ambient: false,
    authenticate(request) {
      const text = read(request)
      if (text === null) return null
      if (text === TWICE) return REPEATED
      return verify(text, request)
    },
    challenge(cause = {} as Refusal) {
      const { error, description, scope, acrValues, maxAge } = cause as Partial<
        Refusal & StepUp & ScopeShortage
      >
      const params = { realm: settings.realm, error, error_description: description, scope }
      return { scheme, params: { ...params, acr_values: acrValues, max_age: maxAge } }
    },
    securityScheme: securitySchemeOf(settings),
    describe: () => ({
      type: 'api-key',
      outbound: [],
      prefix,
      environments: settings.environments,
      cacheTtl: settings.cacheTtl,
      failures: settings.failures,
      ...facts,
    }),
  }
}

function sourcesOf(settings: Settings, shape: CredentialShape): CredentialSource[] {
  const sources: CredentialSource[] = []
  if (settings.bearer) sources.push({ in: 'authorization', scheme: 'Bearer', shape })
  if (settings.header !== null) sources.push({ in: 'header', name: settings.header, shape })
  if (settings.query !== null) sources.push({ in: 'query', name: settings.query, shape })
  return sources
}

function securitySchemeOf({ bearer, header, query }: Settings): SecurityScheme {
  const description = 'An API key'
  if (bearer) return { type: 'http', scheme: 'bearer', bearerFormat: 'API key', description }
  if (header !== null) return { type: 'apiKey', in: 'header', name: header, description }
  return { type: 'apiKey', in: 'query', name: query as string, description }
}
