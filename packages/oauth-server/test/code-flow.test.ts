import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser } from './fixtures/browser.js'
import { callback, issuer, startServer } from './fixtures/server.js'
import { claimsOf, introspect, redemption, requestToken } from './fixtures/tokens.js'

t.test('a user who agrees gives the client a code, and the code gives it tokens', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const response = await approve(browser, authorizeUrl())
  t.equal(response.statusCode, 303)
  t.equal(response.headers['cache-control'], 'no-store')
  t.ok((response.headers.location as string).startsWith(`${callback}?code=`))
  const { code, state, iss } = answerOf(response)
  t.equal(state, 'a state')
  t.equal(iss, issuer)

  const tokens = await requestToken(app, redemption(code as string))
  t.equal(tokens.statusCode, 200)
  t.equal(tokens.headers['cache-control'], 'no-store')
  const body = tokens.json()
  t.match(body, { token_type: 'Bearer', expires_in: 600, scope: 'orders:read' })
  t.match(claimsOf(body.access_token), {
    iss: issuer,
    sub: 'alice',
    aud: issuer,
    client_id: 'web',
    scope: 'orders:read',
    iat: 1_800_000_000,
    exp: 1_800_000_600,
  })
  t.match(await introspect(app, body.access_token), { active: true, sub: 'alice' })
})
