import type { ApiKeys } from './api-keys.js'
import type { ApiKeyRouteConfig } from './charging.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route says about API keys. */
    apiKey?: ApiKeyRouteConfig
  }
  interface FastifyInstance {
    /**
     * The keys of the first registration that this scope sees, its own before its parents'.
     *
     * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS` when there is none.
     */
    readonly apiKeys: ApiKeys
    /**
     * The keys of the registration of that name.
     *
     * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS` when there is none.
     */
    apiKeysOf(name: string): ApiKeys
  }
}
