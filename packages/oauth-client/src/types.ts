import type { SignInOptions } from './authorization.js'
import type { OAuthClient } from './oauth-client.js'
import type { ProviderTokens } from './on-sign-in.js'
import type { FetchAsOptions } from './user-tokens.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Tokens of the application itself, and what it is set up to do. */
    readonly oauthClient: OAuthClient
  }
  interface FastifyRequest {
    /**
     * The signed-in user's access token, renewed if it ends soon.
     *
     * @param provider Its name in the options.
     * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_NO_TOKENS`,
     *   `LATCHKEY_OAUTH_CLIENT_SIGN_IN_AGAIN`, `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE`,
     *   `LATCHKEY_OAUTH_CLIENT_PROVIDER_REFUSED`.
     */
    tokens(this: FastifyRequest, provider: string): Promise<ProviderTokens>
    /**
     * Calls an API of the provider as the signed-in user; once more with a renewed token when it
     * answers 401. Redirects are not followed.
     *
     * @throws {FastifyError} The errors of `tokens`; `LATCHKEY_OAUTH_CLIENT_INVALID_USE` for an
     *   origin that is not in `apis`.
     */
    fetchAs(
      this: FastifyRequest,
      provider: string,
      url: string,
      options?: FetchAsOptions,
    ): Promise<Response>
  }
  interface FastifyReply {
    /**
     * Sends the browser to the provider, from a page of one's own.
     *
     * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE`.
     */
    signIn(this: FastifyReply, provider: string, options?: SignInOptions): Promise<FastifyReply>
  }
}
