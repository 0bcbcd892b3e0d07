import t, { type Test } from 'tap'
import { discovery, type OnSignIn, type SignIn } from '../src/index.js'
import { browse, collectEvents, testClient } from './fixtures/client.js'
import { fakeProvider } from './fixtures/fake-provider.js'

/** An application with accounts: links are rows, and an address is none. */
async function scene(t: Test, hook?: OnSignIn) {
  const [acme, other] = [await fakeProvider(t), await fakeProvider(t)]
  const links = new Map<string, string>()
  const asked: SignIn[] = []
  const onSignIn: OnSignIn = (signIn, request) => {
    asked.push(signIn)
    if (hook !== undefined) return hook(signIn, request)
    const { identity, linkTo } = signIn
    const known = links.get(identity.key)
    if (known !== undefined) return { account: known }
    if (linkTo !== null) return { link: (subject) => void links.set(identity.key, subject) }
    links.set(identity.key, `account-${links.size + 1}`)
    return { account: links.get(identity.key) as string, details: { roles: ['buyer'] } }
  }
  const client = await testClient(t, {
    providers: { acme: discovery(acme.client()), other: discovery(other.client()) },
    onSignIn,
  })
  const browser = browse(client)
  const who = async () => (await browser.get('/me')).json().subject as string
  return { acme, other, links, asked, client, browser, who }
}

t.test('a fresh login can link another identity to its account', async (t) => {
  const { other, links, browser, who, client, asked } = await scene(t)
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
  const start = await browser.post('/auth/other/link', { returnTo: '/account' })
  t.equal(start.statusCode, 303)
  const end = await browser.get(other.agree(start.headers.location, 'ada-elsewhere').href)
  t.equal(end.statusCode, 303, end.body)
  t.equal(end.headers.location, '/account')
  t.equal(await who(), 'ada')
  t.same([...links.values()], ['ada'])
  t.match(asked, [{ linkTo: { subject: 'ada' } }])

  const later = browse(client)
  const again = await later.get('/auth/other')
  await later.get(other.agree(again.headers.location, 'ada-elsewhere').href)
  t.equal((await later.get('/me')).json().subject, 'ada')
})

t.test('an e-mail address links nothing by itself', async (t) => {
  const { acme, other, links, client, asked } = await scene(t)
  const subjects = []
  for (const [name, provider] of Object.entries({ acme, other })) {
    const browser = browse(client)
    const start = await browser.get(`/auth/${name}`)
    await browser.get(provider.agree(start.headers.location, 'ada').href)
    subjects.push((await browser.get('/me')).json().subject)
  }
  t.same(
    asked.map(({ profile }) => profile.email),
    ['ada@example.com', 'ada@example.com'],
  )
  t.same(subjects, ['account-1', 'account-2'])
  t.equal(links.size, 2)
})

t.test('a hook that links without being asked to is refused, and nothing is linked', async (t) => {
  let linked = 0
  const { acme, browser, client } = await scene(t, () => ({ link: () => linked++ }))
  const events = collectEvents(t)
  for (const isLoggedIn of [false, true]) {
    if (isLoggedIn) {
      await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
    }
    const start = await browser.get('/auth/acme')
    const end = await browser.get(acme.agree(start.headers.location).href)
    t.equal(end.statusCode, 403)
    t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_LINK_REFUSED')
  }
  t.equal(linked, 0)
  t.equal(events.filter(({ reason }) => reason === 'not-fresh').length, 2)
  t.ok(client)
})

t.test(
  'linking begins only from a page of ours, with a session, right after a login',
  async (t) => {
    const { browser, client } = await scene(t)
    const refused = async (reason: string, headers: Record<string, string> = {}) => {
      const events = collectEvents(t)
      const start = await browser.request({ method: 'POST', url: '/auth/acme/link', headers })
      t.equal(start.statusCode, 403, reason)
      t.equal(start.json().error, 'LATCHKEY_OAUTH_CLIENT_LINK_REFUSED')
      t.ok(
        events.some((event) => event.reason === reason && event.outcome === 'refused'),
        reason,
      )
      t.equal(start.headers['set-cookie'], undefined)
    }
    const own = { 'sec-fetch-site': 'same-origin' }
    await refused('no-session', own)
    await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
    await refused('cross-site', { 'sec-fetch-site': 'cross-site' })
    await refused('origin-missing')
    await refused('origin-mismatch', { origin: 'https://evil.example' })
    client.clock.advance(301)
    await refused('not-fresh', own)
  },
)

t.test('the session that began it must be the one that ends it', async (t) => {
  const { other, links, browser } = await scene(t)
  const logIn = (subject: string) =>
    browser.request({ method: 'POST', url: '/password-login', payload: { subject } })
  await logIn('ada')
  const start = await browser.post('/auth/other/link?returnTo=/x')
  await logIn('eve')
  const end = await browser.get(other.agree(start.headers.location).href)
  t.equal(end.statusCode, 403)
  t.equal(links.size, 0)

  await logIn('ada')
  const second = await browser.post('/auth/other/link')
  browser.cookies.delete('__Host-session')
  const without = await browser.get(other.agree(second.headers.location).href)
  t.equal(without.statusCode, 403)
  t.equal(links.size, 0)
})

t.test('an attempt to link does not log in as somebody else', async (t) => {
  const { other, browser, who, client } = await scene(t, ({ identity }) => ({
    account: identity.subject,
  }))
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
  const start = await browser.post('/auth/other/link')
  const end = await browser.get(other.agree(start.headers.location, 'eve').href)
  t.equal(end.statusCode, 403)
  t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_LINK_REFUSED')
  t.equal(await who(), 'ada')
  t.ok(client)
})

t.test('without a hook there is no linking', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
  const browser = browse(client)
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
  const start = await browser.post('/auth/acme/link')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 403)
})

t.test('a link that fails to be stored: 503, and the session stays as it was', async (t) => {
  const { other, browser, who } = await scene(t, () => ({
    link: () => Promise.reject(new Error('the database is away')),
  }))
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
  const start = await browser.post('/auth/other/link')
  const end = await browser.get(other.agree(start.headers.location).href)
  t.equal(end.statusCode, 503)
  t.equal(await who(), 'ada')
})
