import t from 'tap'
import { appOf, byCookie, byHeader, listen, stub } from './fixtures/stub.js'

const html = { accept: 'text/html,application/xhtml+xml;q=0.9' }
const own: string[] = ['/', '/login', '/login?returnTo=%2Fme', '/a//b', '/login#x', "/l?a='(~)'"]
const foreign: unknown[] = [
  '',
  'login',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/a\\b',
  '/\t/evil.example',
  '/\n/evil.example',
  ' /login',
  '/login ',
  '/l\r\nset-cookie: a=b',
  'https://evil.example/',
  'javascript:alert(1)',
  '/l\u0000',
  '/ü',
  '/\u2028',
  1,
  true,
]

for (const location of own) {
  t.test(`a browser that navigates is sent to ${location}`, async (t) => {
    const app = await appOf(
      [byHeader('key'), byCookie('sid', { loginLocation: () => location })],
      ['key', 'sid'],
    )
    const response = await app.inject({ url: '/', headers: html })
    t.equal(response.statusCode, 303)
    t.equal(response.headers.location, location)
    t.equal(response.headers['cache-control'], 'no-store')
    t.equal(response.headers['www-authenticate'], undefined)
    t.equal(response.body, '')
  })
}

for (const location of foreign) {
  t.test(`a browser is never sent to ${encodeURIComponent(String(location))}`, async (t) => {
    const app = await appOf([byCookie('sid', { loginLocation: () => location as string })], 'sid')
    const response = await app.inject({ url: '/', headers: html })
    t.equal(response.statusCode, 500)
    t.equal(response.headers.location, undefined)
    t.equal(response.json().code, 'LATCHKEY_IDENTITY_FAILED')
  })
}

t.test('whoever does not navigate gets 401', async (t) => {
  const app = await appOf([byCookie('sid', { loginLocation: () => '/login' })], 'sid')
  const rows: [method: 'GET' | 'POST' | 'HEAD', headers: Record<string, string>][] = [
    ['GET', {}],
    ['GET', { accept: '*/*' }],
    ['GET', { accept: 'application/json' }],
    ['POST', html],
    ['HEAD', html],
    ['GET', { ...html, upgrade: 'websocket', connection: 'Upgrade' }],
  ]
  for (const [method, headers] of rows) {
    const response = await app.inject({ method, url: '/', headers })
    t.equal(response.statusCode, 401, `${method} ${JSON.stringify(headers)}`)
    t.equal(response.headers.location, undefined)
  }
})

t.test('a bad credential is 401 for browsers, too', async (t) => {
  const app = await appOf(
    [byHeader('key'), byCookie('sid', { loginLocation: () => '/login' })],
    ['key', 'sid'],
  )
  const response = await app.inject({ url: '/', headers: { ...html, 'x-key': 'bad' } })
  t.equal(response.statusCode, 401)
})

t.test(
  'the first mechanism that names a place is followed; optional plans need none',
  async (t) => {
    const mechanisms = [
      stub('a', async () => null, { loginLocation: () => null }),
      stub('b', () => null, { loginLocation: () => '/b' }),
      stub('c', () => null, { loginLocation: () => '/c' }),
    ]
    const app = await appOf(mechanisms, ['a', 'b', 'c'])
    t.equal((await app.inject({ url: '/', headers: html })).headers.location, '/b')
    const open = await appOf(mechanisms, { any: ['a', 'b'], optional: true })
    t.equal((await open.inject({ url: '/', headers: html })).statusCode, 200)
  },
)

t.test('what other hooks said of caching stays, and the event is told', async (t) => {
  const app = await appOf([byCookie('sid', { loginLocation: () => '/login' })], 'sid')
  const heard = listen()
  await app.inject({ url: '/', headers: html })
  t.match(heard(), [{ outcome: 'refused', reason: 'missing', route: '/' }])
})
