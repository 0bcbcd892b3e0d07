import t from 'tap'
import { consent, listen } from '../fixtures/listening.js'

interface Token {
  readonly token: Readonly<Record<string, string>>
  refresh(): Promise<Token>
  revokeAll(): Promise<void>
}
interface SimpleOAuth2 {
  readonly ClientCredentials: new (config: object) => { getToken(params: object): Promise<Token> }
  readonly AuthorizationCode: new (
    config: object,
  ) => {
    authorizeURL(params: object): string
    getToken(params: object): Promise<Token>
  }
}
// @ts-expect-error: it has no types
const { AuthorizationCode, ClientCredentials }: SimpleOAuth2 = await import('simple-oauth2')

const redirect_uri = 'http://127.0.0.1:1/cb'

t.test(
  'simple-oauth2: code without PKCE as a named legacy client, refresh, revocation',
  async (t) => {
    const server = await listen({
      preset: 'oauth21',
      clients: [
        {
          client_id: 'legacy',
          client_secret: 'legacy secret',
          redirect_uris: [redirect_uri],
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
          require_pkce: false,
        },
      ],
    })
    t.teardown(() => server.close())
    const config = {
      client: { id: 'legacy', secret: 'legacy secret' },
      auth: {
        tokenHost: server.issuer,
        tokenPath: '/token',
        authorizePath: '/authorize',
        revokePath: '/revoke',
      },
    }
    const { authorizePath: _, ...auth } = config.auth
    const machine = await new ClientCredentials({ ...config, auth }).getToken({})
    t.equal(machine.token.token_type, 'Bearer')
    const flow = new AuthorizationCode(config)
    const back = await consent(flow.authorizeURL({ redirect_uri, state: 'x' }))
    const code = back.searchParams.get('code')
    const token = await flow.getToken({ code, redirect_uri })
    const next = await token.refresh()
    t.not(next.token.refresh_token, token.token.refresh_token)
    await next.revokeAll()
    await t.rejects(next.refresh())
  },
)
