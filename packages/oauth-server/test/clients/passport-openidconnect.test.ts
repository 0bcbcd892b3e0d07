import t from 'tap'
import { consent, listen } from '../fixtures/listening.js'

interface Profile {
  readonly id: string
  readonly displayName: string
}
interface Strategy {
  redirect: (url: string) => void
  success: (user: Profile) => void
  fail: (challenge: unknown) => void
  error: (error: Error) => void
  authenticate(request: object, options?: object): void
}
type Done = (error: null, user: Profile) => void
type Verify = (issuer: string, profile: Profile, idProfile: Profile, done: Done) => void
interface Passport {
  readonly Strategy: new (options: object, verify: Verify) => Strategy
}
// @ts-expect-error: it has no types
const { default: passport }: { default: Passport } = await import('passport-openidconnect')

const callbackURL = 'http://127.0.0.1:1/cb'

t.test('passport-openidconnect: a named legacy client without PKCE logs a user in', async (t) => {
  const server = await listen({
    clients: [
      {
        client_id: 'passport',
        client_secret: 'passport-secret',
        redirect_uris: [callbackURL],
        token_endpoint_auth_method: 'client_secret_post',
        require_pkce: false,
      },
    ],
  })
  t.teardown(() => server.close())
  const session = {}
  const run = (query: object) =>
    new Promise<string | Profile>((resolve, reject) => {
      const strategy = new passport.Strategy(
        {
          issuer: server.issuer,
          authorizationURL: `${server.issuer}/authorize`,
          tokenURL: `${server.issuer}/token`,
          userInfoURL: `${server.issuer}/userinfo`,
          clientID: 'passport',
          clientSecret: 'passport-secret',
          callbackURL,
          scope: ['profile'],
          skipUserProfile: false,
        },
        (_issuer, profile, _idProfile, done) => done(null, profile),
      )
      Object.assign(strategy, {
        redirect: resolve,
        success: resolve,
        fail: (challenge: unknown) => reject(new Error(JSON.stringify(challenge))),
        error: reject,
      })
      strategy.authenticate({ session, query, headers: {}, connection: {}, url: '/cb' }, {})
    })
  const back = await consent((await run({})) as string)
  const user = (await run(Object.fromEntries(back.searchParams))) as Profile
  t.match(user, { id: 'alice', displayName: 'Alice' })
})
