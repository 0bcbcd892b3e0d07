import { memoryStore } from '@latchkey/store'
import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser, formOf } from './fixtures/browser.js'
import { issuer, scopes, startServer } from './fixtures/server.js'

/** The interaction that a login URL leads back to. */
function returnTo(location: unknown): string {
  return new URL(location as string, issuer).searchParams.get('returnTo') ?? ''
}

t.test('who is not logged in goes to the login page, and comes back by interaction', async (t) => {
  const { app } = await startServer({ login: '/sign-in?from=oauth' })
  const browser = createBrowser(app)
  const url = authorizeUrl({ login_hint: 'alice@example.com', ui_locales: 'de fr' })
  const away = await browser.get(url)
  t.equal(away.statusCode, 303)
  const login = new URL(away.headers.location as string, issuer)
  t.equal(login.pathname, '/sign-in')
  t.match(Object.fromEntries(login.searchParams), {
    from: 'oauth',
    returnTo: /^\/authorize\/[0-9A-Za-z]{22}$/,
    login_hint: 'alice@example.com',
    ui_locales: 'de fr',
  })
  t.equal(login.searchParams.get('prompt'), null)

  const waiting = await browser.get(returnTo(login))
  t.equal(waiting.statusCode, 200)
  t.match(waiting.body, 'Sign in to continue', 'a page instead of a loop')
  t.match(waiting.body, 'The Web App')

  browser.login({ subject: 'alice' })
  const page = await browser.get(returnTo(login))
  const { action, token } = formOf(page)
  t.equal(action, returnTo(login))
  const answer = answerOf(await browser.post(action, { token, decision: 'approve' }))
  t.ok(answer.code)
})

t.test('V3.3.1: the cookie of the browser is bound to host and TLS', async (t) => {
  const { app } = await startServer()
  const response = await createBrowser(app).get(authorizeUrl())
  t.match(
    response.headers['set-cookie'],
    /^__Host-latchkey-browser=[0-9A-Za-z]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  const development = await startServer({ issuer: 'http://localhost:3000' })
  const plain = await createBrowser(development.app).get(authorizeUrl())
  t.match(
    plain.headers['set-cookie'],
    /^latchkey-browser=[0-9A-Za-z]{22}; Path=\/; HttpOnly; SameSite=Lax$/,
  )
})

t.test('a browser keeps its cookie, and a strange one is replaced', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app)
  await browser.get(authorizeUrl())
  t.equal((await browser.get(authorizeUrl())).headers['set-cookie'], undefined)
  const strange = await app.inject({
    url: authorizeUrl(),
    headers: { cookie: 'x; __Host-latchkey-browser=; __Host-latchkey-browser=short; =y' },
  })
  t.match(strange.headers['set-cookie'], '__Host-latchkey-browser=')
})

t.test('V10.7.2: the consent page says who wants what, and for whom', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app)
  browser.login({ subject: 'u1', claims: { email: 'alice@example.com' } })
  const url = authorizeUrl({
    scope: 'orders:read offline_access',
    resource: 'https://api.example.com',
  })
  const { body } = await browser.get(url)
  for (const words of [
    'The Web App',
    'See your orders',
    'Keep this access while you are away',
    'Orders',
    'app.example.net',
    'alice@example.com',
    'Registered by the operator',
    'until you take it back',
    'prompt=select_account',
  ]) {
    t.match(body, words)
  }
  t.notMatch(body, 'on your own device')
})

t.test('a client without a name, scopes or a host is shown as it is', async (t) => {
  const { app } = await startServer()
  const url = authorizeUrl({
    client_id: 'native',
    redirect_uri: 'com.example.app:/cb',
    scope: null,
  })
  const page = await createBrowser(app, 'alice').get(url)
  for (const words of ['native', 'com.example.app:', 'on your own device', 'nothing else']) {
    t.match(page.body, words)
  }
  t.match(page.headers['content-security-policy'], "form-action 'self' com.example.app:")
  const v6 = await createBrowser(app, 'alice').get(
    authorizeUrl({ client_id: 'native', redirect_uri: 'http://[::1]/cb', scope: null }),
  )
  t.match(v6.headers['content-security-policy'], "form-action 'self' http:;")
})

t.test('A21, B37: a user who declines is sent back with access_denied, by 303', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const { action, token } = formOf(await browser.get(authorizeUrl()))
  const response = await browser.post(action, { token, decision: 'deny' })
  t.equal(response.statusCode, 303)
  t.match(answerOf(response), { error: 'access_denied', state: 'a state', iss: issuer })
  const later = await browser.post(action, { token, decision: 'approve' })
  t.equal(later.statusCode, 404)
})

t.test('a consent is remembered for what it covered', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  await approve(browser, authorizeUrl({ scope: 'orders:read' }))
  t.ok(answerOf(await browser.get(authorizeUrl({ scope: 'orders:read' }))).code)
  t.equal((await browser.get(authorizeUrl({ scope: 'orders:write' }))).statusCode, 200)
  const resource = 'https://api.example.com'
  t.equal((await browser.get(authorizeUrl({ resource }))).statusCode, 200)
  t.equal((await browser.get(authorizeUrl({ prompt: 'consent' }))).statusCode, 200)
  t.equal((await createBrowser(app, 'bob').get(authorizeUrl())).statusCode, 200, 'another user')
  await approve(browser, authorizeUrl({ scope: 'orders:write', resource }))
  t.ok(answerOf(await browser.get(authorizeUrl({ scope: 'orders:read orders:write' }))).code)
})

t.test('B35: on the device a consent is never remembered, nor left out', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  for (const redirect_uri of ['com.example.app:/cb', 'http://127.0.0.1:1/cb']) {
    const url = authorizeUrl({ client_id: 'native', redirect_uri })
    t.ok(answerOf(await approve(browser, url)).code)
    t.equal((await browser.get(url)).statusCode, 200, 'asked again')
  }
})

t.test('an application of the operator is not asked for', async (t) => {
  const { app } = await startServer()
  const url = authorizeUrl({ client_id: 'legacy', scope: null })
  t.ok(answerOf(await createBrowser(app, 'alice').get(url)).code)
})

t.test('C40, V10.7.1: prompt=none never shows anything', async (t) => {
  const { app } = await startServer()
  const url = authorizeUrl({ prompt: 'none' })
  const browser = createBrowser(app)
  t.equal(answerOf(await browser.get(url)).error, 'login_required')
  browser.login({ subject: 'alice' })
  t.equal(answerOf(await browser.get(url)).error, 'consent_required')
  await approve(browser, authorizeUrl())
  t.ok(answerOf(await browser.get(url)).code)
  const stale = authorizeUrl({ prompt: 'none', max_age: '10' })
  t.equal(answerOf(await browser.get(stale)).error, 'login_required')
})

t.test('C42: prompt=login lets nobody through without a new login', async (t) => {
  const { app, now } = await startServer()
  for (const prompt of ['login', 'select_account']) {
    const browser = createBrowser(app, 'alice')
    await approve(browser, authorizeUrl())
    const away = await browser.get(authorizeUrl({ prompt }))
    t.equal(away.statusCode, 303)
    t.match(away.headers.location, 'prompt=login')
    const back = returnTo(away.headers.location)
    t.match((await browser.get(back)).body, 'Sign in to continue', 'not yet')
    browser.login({ subject: 'alice', authTime: now() })
    t.ok(answerOf(await browser.get(back)).code)
  }
})

t.test('C42: a new session is a new login, whatever the clock says', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  await approve(browser, authorizeUrl())
  const away = await browser.get(authorizeUrl({ prompt: 'login' }))
  browser.login({ subject: 'alice', credentialId: 'another-session' })
  t.ok(answerOf(await browser.get(returnTo(away.headers.location))).code)
})

t.test('C42: who logged in just now is asked once to do so again, not twice', async (t) => {
  const now = () => Date.now() / 1000
  const { app } = await startServer({ now, store: memoryStore() })
  for (const changes of [{ prompt: 'login' }, { max_age: '0' }] as Record<string, string>[]) {
    const browser = createBrowser(app)
    const authTime = Math.floor(now())
    browser.login({ subject: 'alice', authTime })
    await approve(browser, authorizeUrl())
    const away = await browser.get(authorizeUrl(changes))
    const back = returnTo(away.headers.location)
    browser.login({ subject: 'alice', authTime: Math.floor(now()) })
    t.ok(answerOf(await browser.get(back)).code, 'the next login is of another second')
  }
})

t.test('C43: max_age', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  await approve(browser, authorizeUrl())
  t.ok(answerOf(await browser.get(authorizeUrl({ max_age: '10000' }))).code)
  for (const max_age of ['0', '1', '100']) {
    const away = await browser.get(authorizeUrl({ max_age }))
    t.match(away.headers.location, '/login?', max_age)
  }
  browser.login({ subject: 'alice', authTime: null })
  const unknown = await browser.get(authorizeUrl({ max_age: '10000' }))
  t.match(unknown.headers.location, '/login?', 'a login without a time is too old')
  const back = await browser.get(returnTo(unknown.headers.location))
  t.match(back.body, 'Sign in to continue')
})

t.test('B31: an interaction belongs to its browser', async (t) => {
  const { app } = await startServer()
  const alice = createBrowser(app, 'alice')
  const { action, token } = formOf(await alice.get(authorizeUrl()))
  const bob = createBrowser(app, 'bob')
  for (const response of [
    await bob.get(action),
    await bob.post(action, { token, decision: 'approve' }),
  ]) {
    t.equal(response.statusCode, 403)
    t.equal(response.headers.location, undefined)
  }
  await bob.get(authorizeUrl())
  t.equal((await bob.get(action)).statusCode, 403, 'with a cookie of their own, too')
  t.equal((await alice.get('/authorize/unknown')).statusCode, 404)
})

t.test('B30: the consent form is bound to user, session and request', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const { action, token } = formOf(await browser.get(authorizeUrl()))
  const other = formOf(await browser.get(authorizeUrl({ state: 'other' })))
  const right = { token, decision: 'approve' }
  const site = (value: string) => ({ 'sec-fetch-site': value })

  for (const [what, form, headers] of [
    ['no token', { decision: 'approve' }, {}],
    ['a token of another request', { ...right, token: other.token }, {}],
    ['no decision', { token }, {}],
    ['a strange decision', { token, decision: 'maybe' }, {}],
    ['from another site', right, site('cross-site')],
    ['from another origin of the site', right, site('same-site')],
  ] as const) {
    const response = await browser.post(action, form, headers)
    t.equal(response.statusCode, 403, what)
    t.equal(response.headers.location, undefined)
  }
  const bare = await app.inject({ method: 'POST', url: action })
  t.equal(bare.statusCode, 403)

  browser.login({ subject: 'alice', credentialId: 'another-session' })
  t.equal((await browser.post(action, right)).statusCode, 403, 'another session')
  browser.login({ subject: 'bob' })
  t.equal((await browser.post(action, right)).statusCode, 403, 'another user')
  browser.logout()
  t.equal((await browser.post(action, right)).statusCode, 403, 'nobody')
  browser.login({ subject: 'alice' })
  t.ok(answerOf(await browser.post(action, right)).code)
})

t.test('B32: what the form says beside its decision changes nothing', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const { action, token } = formOf(await browser.get(authorizeUrl()))
  const response = await browser.post(action, {
    token,
    decision: 'approve',
    redirect_uri: 'https://evil.example',
    scope: 'orders:write',
    state: 'other',
  })
  t.ok((response.headers.location as string).startsWith('https://app.example.net/callback?code='))
  t.equal(answerOf(response).state, 'a state')
})

t.test('of approval and denial at once one counts, and of twenty approvals one', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const { action, token } = formOf(await browser.get(authorizeUrl({ prompt: 'consent' })))
  const decisions = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'approve' : 'deny'))
  const responses = await Promise.all(
    decisions.map((decision) => browser.post(action, { token, decision })),
  )
  const answers = responses.map((response) =>
    response.headers.location === undefined ? {} : answerOf(response),
  )
  const outcomes = answers.filter(({ code, error }) => code || error === 'access_denied')
  t.equal(outcomes.length, 1)
})

t.test('A20, B36: a user who cannot be told from a client gets nothing', async (t) => {
  const { app } = await startServer()
  const answer = answerOf(await createBrowser(app, 'service').get(authorizeUrl()))
  t.equal(answer.error, 'server_error')
})

t.test('B38: what others say is shown as text', async (t) => {
  const evil = '<script>alert(1)</script>'
  const { app } = await startServer({
    clients: [
      {
        client_id: 'evil',
        client_name: evil,
        client_secret: 'x',
        redirect_uris: ['https://app.example.net/callback'],
      },
    ],
    scopes: { ...scopes, evil },
  })
  const url = authorizeUrl({ client_id: 'evil', scope: 'evil', ui_locales: evil, login_hint: evil })
  const browser = createBrowser(app)
  browser.login({ subject: evil, claims: { name: evil } })
  const consent = await browser.get(url)
  t.equal(consent.statusCode, 200)
  browser.logout()
  const away = await browser.get(url)
  const login = await browser.get(returnTo(away.headers.location))
  const error = await browser.get(authorizeUrl({ client_id: evil }))
  for (const page of [consent, login, error]) t.notMatch(page.body, '<script')
})

t.test('pages speak the language of the user, as far as it was translated', async (t) => {
  const { app } = await startServer({
    messages: {
      de: { approve: 'Erlauben' },
      'pt-BR': { approve: 'Permitir' },
      en: { approve: 'OK' },
    },
  })
  const button = async (headers: Record<string, string>, ui_locales: string | null = null) => {
    const page = await createBrowser(app, 'alice').get(authorizeUrl({ ui_locales }), headers)
    return [
      /<html lang="([^"]+)"/.exec(page.body)?.[1],
      /value="approve">([^<]+)</.exec(page.body)?.[1],
    ]
  }
  t.same(await button({ 'accept-language': 'de-AT,de;q=0.9' }), ['de', 'Erlauben'])
  t.same(await button({ 'accept-language': 'pt-BR' }), ['pt-br', 'Permitir'])
  t.same(await button({ 'accept-language': 'fr, de;q=0.5' }), ['de', 'Erlauben'])
  t.same(await button({ 'accept-language': 'en-GB, de' }), ['en', 'OK'])
  t.same(await button({ 'accept-language': 'en' }, 'de'), ['de', 'Erlauben'])
  t.same(await button({}), ['en', 'OK'])
  t.same(await button({ 'accept-language': 'fr' }), ['en', 'OK'])
})

t.test('English comes first for whoever wants it first', async (t) => {
  const { app } = await startServer({ messages: { de: { approve: 'Erlauben' } } })
  const headers = { 'accept-language': 'en-GB, de' }
  t.match((await createBrowser(app, 'alice').get(authorizeUrl(), headers)).body, '>Allow<')
})

t.test('an application can make its own pages', async (t) => {
  const { app } = await startServer({
    pages: { consent: ({ action, token }) => `<form action="${action}">${token}` },
  })
  const page = await createBrowser(app, 'alice').get(authorizeUrl())
  t.match(page.body, /^<form action="\/authorize\/\w+">[\w-]+$/)
})
