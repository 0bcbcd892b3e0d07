import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser, formOf } from '../fixtures/browser.js'
import { makeKey, makeProof } from '../fixtures/jwt.js'
import { callback, clients, issuer, startServer } from '../fixtures/server.js'
import { basic, type Form, postForm, redemption, requestToken } from '../fixtures/tokens.js'

type App = Awaited<ReturnType<typeof startServer>>['app']

const params = Object.fromEntries(new URLSearchParams(authorizeUrl().split('?')[1]))
const push = (app: App, changes: Form = {}, headers: Record<string, string> = {}) =>
  postForm(app, '/par', { ...params, ...changes }, { authorization: basic('web'), ...headers })
const refer = (request_uri: string, more: Record<string, string> = {}) =>
  `/authorize?${new URLSearchParams({ client_id: 'web', request_uri, ...more })}`
const pushed = async (app: App, changes: Form = {}): Promise<string> =>
  (await push(app, changes)).json().request_uri

t.test('a pushed request is referred to, and leads to a code', async (t) => {
  const { app } = await startServer()
  const response = await push(app)
  t.equal(response.statusCode, 201)
  t.equal(response.headers['cache-control'], 'no-store')
  t.equal(response.json().expires_in, 60)
  const { request_uri } = response.json()
  t.match(request_uri, /^urn:ietf:params:oauth:request_uri:[0-9A-Za-z]{32}$/)
  const answer = answerOf(await approve(createBrowser(app, 'alice'), refer(request_uri)))
  t.equal(answer.state, 'a state')
  t.equal((await requestToken(app, redemption(answer.code as string))).statusCode, 200)
})

t.test('what is wrong is refused when it is pushed', async (t) => {
  const { app } = await startServer()
  for (const [line, what, changes, status, error] of [
    ['K123', 'a request_uri', { request_uri: 'urn:x' }, 400, 'invalid_request'],
    [
      'A2',
      'an unregistered redirect_uri',
      { redirect_uri: 'https://evil.example' },
      400,
      'invalid_request',
    ],
    ['D51', 'no challenge', { code_challenge: undefined }, 400, 'invalid_request'],
    ['A11', 'response_type token', { response_type: 'token' }, 400, 'unsupported_response_type'],
    ['A13', 'an unknown scope', { scope: 'admin' }, 400, 'invalid_scope'],
    ['F71', 'another client', { client_id: 'spa' }, 401, 'invalid_client'],
    ['A8', 'a repeated parameter', { scope: ['orders:read', 'x'] }, 400, 'invalid_request'],
  ] as const) {
    await t.test(`${line}: ${what}`, async (t) => {
      const response = await push(app, changes)
      t.equal(response.statusCode, status)
      t.equal(response.json().error, error)
      t.equal(response.json().request_uri, undefined)
    })
  }
  const open = await postForm(app, '/par', params)
  t.equal(open.statusCode, 401, 'without a credential')
  t.equal((await app.inject({ url: '/par' })).statusCode, 405, 'G88')
})

t.test('K124, K126: a reference that is not good is shown, and never redirected', async (t) => {
  const { app, advance } = await startServer()
  const request_uri = await pushed(app)
  const browser = createBrowser(app, 'alice')
  for (const [what, url] of [
    ["another client's", refer(request_uri).replace('client_id=web', 'client_id=spa')],
    ['without a client', refer(request_uri).replace('client_id=web&', '')],
    ['guessed', refer(`${request_uri.slice(0, -1)}~`)],
    ['unknown', refer(`${request_uri.slice(0, -4)}AAAA`)],
  ] as const) {
    const response = await browser.get(url)
    t.equal(response.statusCode, 400, what)
    t.match(response.body, 'invalid_request_uri')
    t.equal(response.headers.location, undefined)
  }
  advance(60)
  t.match((await browser.get(refer(request_uri))).body, 'invalid_request_uri', 'expired')
})

t.test('K125: it can be opened until it has led to an answer, and then never', async (t) => {
  const { app } = await startServer()
  const request_uri = await pushed(app)
  const browser = createBrowser(app, 'alice')
  const first = formOf(await browser.get(refer(request_uri)))
  const second = formOf(await browser.get(refer(request_uri)))
  t.ok(answerOf(await browser.post(first.action, { token: first.token, decision: 'approve' })).code)
  const late = await browser.post(second.action, { token: second.token, decision: 'approve' })
  t.equal(answerOf(late).error, 'invalid_request')
  t.match((await browser.get(refer(request_uri))).body, 'invalid_request_uri')
})

t.test('K125: of twenty answers at once one counts', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  await approve(browser, authorizeUrl())
  const request_uri = await pushed(app)
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => browser.get(refer(request_uri))),
  )
  const codes = responses.filter(({ headers }) => /code=/.test(headers.location as string))
  t.equal(codes.length, 1)
})

t.test('it may expire while its user logs in', async (t) => {
  const { app, advance } = await startServer()
  const request_uri = await pushed(app)
  const browser = createBrowser(app)
  const away = await browser.get(refer(request_uri))
  const back = new URL(away.headers.location as string, issuer).searchParams.get('returnTo') ?? ''
  advance(600)
  browser.login({ subject: 'alice' })
  t.ok(answerOf(await approve(browser, back)).code)
})

t.test('K127: what stands beside the reference is ignored', async (t) => {
  const { app } = await startServer()
  const url = refer(await pushed(app), {
    redirect_uri: 'https://evil.example',
    scope: 'orders:write',
    state: 'other',
  })
  const page = await createBrowser(app, 'alice').get(url)
  t.match(page.body, 'See your orders')
  t.notMatch(page.body, 'Change your orders')
  const response = await approve(createBrowser(app, 'alice'), url)
  t.ok((response.headers.location as string).startsWith(callback))
  t.equal(answerOf(response).state, 'a state')
})

t.test('K128, V10.4.13: where requests must be pushed a plain one is refused', async (t) => {
  const all = await startServer({ rules: { requirePar: true } })
  const one = await startServer({
    clients: clients.map((client) => ({ ...client, require_pushed_authorization_requests: true })),
  })
  for (const { app } of [all, one]) {
    const browser = createBrowser(app, 'alice')
    t.equal(answerOf(await browser.get(authorizeUrl())).error, 'invalid_request')
    t.equal(answerOf(await browser.post('/authorize', params)).error, 'invalid_request')
    const response = await approve(browser, refer(await pushed(app)))
    t.ok(answerOf(response).code)
  }
})

t.test('a pushed request can be taken up by POST', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const form = { client_id: 'web', request_uri: await pushed(app) }
  const parked = await browser.post('/authorize', form)
  t.ok(answerOf(await approve(browser, parked.headers.location as string)).code)
})

t.test('E67: a proof that is pushed binds the code to its key', async (t) => {
  const { app } = await startServer()
  const [key, other] = [await makeKey(), await makeKey()]
  const proof = (by: typeof key, htu = `${issuer}/par`) => makeProof(by, { htu })
  const { request_uri } = (await push(app, {}, { dpop: await proof(key) })).json()
  const { code } = answerOf(await approve(createBrowser(app, 'alice'), refer(request_uri)))
  const redeem = async (by: typeof key) =>
    postForm(app, '/token', redemption(code as string), {
      authorization: basic('web'),
      dpop: await proof(by, `${issuer}/token`),
    })
  t.equal((await redeem(other)).json().error, 'invalid_grant')
  const { access_token } = (await redeem(key)).json()
  const { claimsOf } = await import('../fixtures/tokens.js')
  const { jkt } = claimsOf(access_token).cnf as { jkt: string }
  const right = await push(app, { dpop_jkt: jkt }, { dpop: await proof(key) })
  t.equal(right.statusCode, 201)
  const wrong = await push(app, { dpop_jkt: jkt }, { dpop: await proof(other) })
  t.equal(wrong.json().error, 'invalid_dpop_proof')
})
