import { Auth, type AuthConfig, skipCSRFCheck } from '@auth/core'
import t from 'tap'
import { consent, listen } from '../fixtures/listening.js'

const origin = 'http://127.0.0.1:1'

t.test('Auth.js: signs a user in with state, nonce and PKCE', async (t) => {
  const server = await listen({
    clients: [
      {
        client_id: 'authjs',
        client_secret: 'authjs-secret',
        redirect_uris: [`${origin}/auth/callback/latchkey`],
      },
    ],
  })
  t.teardown(() => server.close())
  const config: AuthConfig = {
    basePath: '/auth',
    secret: 'a secret of the test',
    trustHost: true,
    skipCSRFCheck,
    providers: [
      {
        id: 'latchkey',
        name: 'Latchkey',
        type: 'oidc',
        issuer: server.issuer,
        clientId: 'authjs',
        clientSecret: 'authjs-secret',
        checks: ['pkce', 'state', 'nonce'],
        idToken: false,
        profile: (claims) => ({ id: claims.sub, name: claims.name, email: claims.email }),
      },
    ],
  }
  const cookies = new Map<string, string>()
  const send = async (url: string, method = 'GET'): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await Auth(new Request(url, { method, headers: { cookie } }), config)
    for (const one of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (one.split(';')[0] as string).split('=')
      cookies.set(name, value)
    }
    return response
  }
  const away = await send(`${origin}/auth/signin/latchkey`, 'POST')
  const back = await consent(away.headers.get('location') as string)
  const done = await send(back.href)
  t.notMatch(done.headers.get('location'), 'error')
  const session = await (await send(`${origin}/auth/session`)).json()
  t.match(session, { user: { name: 'Alice', email: 'alice@example.com' } })
})
