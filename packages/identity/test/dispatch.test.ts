import t from 'tap'
import { type CredentialShape, type Mechanism, readAuthorization } from '../src/index.js'
import { appOf, byCookie, byHeader, someone, stub } from './fixtures/stub.js'

const startsWith = (start: string): CredentialShape => ({
  id: start,
  matches: (credential) => credential.startsWith(start),
})

function bearer(name: string, shape?: CredentialShape): Mechanism & { calls: number } {
  return stub(
    name,
    (request) => {
      const text = readAuthorization(request, 'Bearer')
      if (text === null) return null
      return text.endsWith('good') ? { identity: someone(name) } : { refusal: { reason: 'bad' } }
    },
    { sources: [{ in: 'authorization', scheme: 'Bearer', ...(shape && { shape }) }] },
  )
}

t.test(
  'explicit beats ambient: a cookie neither rescues a bad header nor lends it rights',
  async (t) => {
    const cookie = byCookie('sid')
    const app = await appOf([cookie, byHeader('key')], ['sid', 'key'])
    const rows: [key: string | undefined, cookie: string | undefined, who: string | number][] = [
      [undefined, undefined, 401],
      [undefined, 'sid=good', 'sid'],
      ['good', undefined, 'key'],
      ['good', 'sid=good', 'key'],
      ['bad', 'sid=good', 401],
      ['', 'sid=good', 401],
    ]
    for (const [key, sid, who] of rows) {
      cookie.calls = 0
      const headers = { ...(key !== undefined && { 'x-key': key }), ...(sid && { cookie: sid }) }
      const response = await app.inject({ url: '/', headers })
      t.equal(response.statusCode === 200 ? response.json().who : response.statusCode, who)
      if (key !== undefined) t.equal(cookie.calls, 0, 'the cookie was looked at')
    }
  },
)

t.test('two explicit credentials are 400, good or bad, and nothing is verified', async (t) => {
  const mechanisms = [byHeader('a'), byHeader('b'), byHeader('c')]
  const app = await appOf(mechanisms, ['a', 'b', 'c'])
  for (const first of ['good', 'bad']) {
    for (const second of ['good', 'bad']) {
      const response = await app.inject({ url: '/', headers: { 'x-a': first, 'x-c': second } })
      t.equal(response.statusCode, 400)
      t.equal(response.json().code, 'LATCHKEY_IDENTITY_AMBIGUOUS')
      t.equal(response.headers['cache-control'], 'no-store')
    }
  }
  t.same(
    mechanisms.map((each) => each.calls),
    [0, 0, 0],
  )
})

t.test('one place, several mechanisms: the shape decides, and exactly one is asked', async (t) => {
  const keys = bearer('keys', startsWith('lk_'))
  const partners = bearer('partners', startsWith('pt_'))
  const tokens = bearer('tokens')
  const all = [keys, partners, tokens]
  const app = await appOf(all, ['keys', 'partners', 'tokens'])
  const rows: [text: string, who: string | number, asked: number[]][] = [
    ['lk_good', 'keys', [1, 0, 0]],
    ['pt_good', 'partners', [0, 1, 0]],
    ['ey_good', 'tokens', [0, 0, 1]],
    ['lk_bad', 401, [1, 0, 0]],
    ['', 401, [0, 0, 1]],
  ]
  for (const [text, who, asked] of rows) {
    for (const each of all) each.calls = 0
    const headers = { authorization: `Bearer ${text}` }
    const response = await app.inject({ url: '/', headers })
    t.equal(response.statusCode === 200 ? response.json().who : response.statusCode, who, text)
    t.same(
      all.map((each) => each.calls),
      asked,
      text,
    )
  }
})

t.test('a credential of no known shape is judged by the first that reads the place', async (t) => {
  const keys = bearer('keys', startsWith('lk_'))
  const partners = bearer('partners', startsWith('pt_'))
  const app = await appOf([keys, partners], { any: ['keys', 'partners'], optional: true })
  const response = await app.inject({ url: '/', headers: { authorization: 'Bearer odd' } })
  t.equal(response.statusCode, 401)
  t.same([keys.calls, partners.calls], [1, 0])
})

t.test('a shape that throws is 500', async (t) => {
  const matches = (): never => {
    throw new Error('boom')
  }
  const app = await appOf([bearer('keys', { id: 'x', matches })], 'keys')
  const response = await app.inject({ url: '/', headers: { authorization: 'Bearer x' } })
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_FAILED')
})

t.test(
  'a mechanism that presents itself as nothing after all is refused, not passed over',
  async (t) => {
    const blind = stub('blind', () => null, { sources: [{ in: 'header', name: 'x-blind' }] })
    const app = await appOf([blind, byCookie('sid')], { any: ['blind', 'sid'], optional: true })
    const response = await app.inject({ url: '/', headers: { 'x-blind': 'x', cookie: 'sid=good' } })
    t.equal(response.statusCode, 401)
    t.same(response.headers['www-authenticate'], ['blind', 'sid'])
  },
)

t.test(
  'a mechanism without a known place is asked only when no known credential came',
  async (t) => {
    const own = stub('own', () => ({ identity: someone('own') }))
    const app = await appOf([own, byHeader('key')], ['own', 'key'])
    t.equal((await app.inject('/')).json().who, 'own')
    t.equal((await app.inject({ url: '/', headers: { 'x-key': 'good' } })).json().who, 'key')
    t.equal((await app.inject({ url: '/', headers: { 'x-key': 'bad' } })).statusCode, 401)
    t.equal(own.calls, 1)
  },
)

t.test('a plan of thirty headers answers every set of them alike, however many come', async (t) => {
  const names = Array.from({ length: 30 }, (_, index) => `k${index}`)
  const app = await appOf(
    names.map((name) => byHeader(name)),
    names,
  )
  for (let bits = 0; bits < 400; bits++) {
    const present = names.filter((_, index) => bits & (1 << index))
    const headers = Object.fromEntries(present.map((name) => [`x-${name}`, 'good']))
    const { statusCode } = await app.inject({ url: '/', headers })
    t.equal(statusCode, [401, 200][present.length] ?? 400)
  }
  t.equal((await app.inject({ url: '/', headers: { 'x-k29': 'good' } })).json().who, 'k29')
})
