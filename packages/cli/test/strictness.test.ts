import t from 'tap'
import { describeIdentity } from '../src/commands/identity-text.js'
import { checkAuthorizationEndpoint, checkCors } from '../src/doctor/check-browser.js'
import { checkClock } from '../src/doctor/check-clock.js'
import { checkKeys } from '../src/doctor/check-keys.js'
import { checkTokenEndpoint } from '../src/doctor/check-token-endpoint.js'
import type { Finding } from '../src/doctor/finding.js'
import type { Question, Reply, Transport } from '../src/doctor/transport.js'

const ids = (findings: readonly Finding[]) => findings.map(({ id }) => id)
const silent: Transport = async () => null

function reply(headers: Readonly<Record<string, string>>, status = 200): Reply {
  return { status, header: (name) => headers[name] ?? null, cookies: [], body: '{}' }
}

t.test('a server that does not answer is told apart from one that refuses', async (t) => {
  t.same(ids(await checkKeys(silent, 'https://as.example/jwks', 1000)), ['jwks-unreachable'])
  t.same(ids(await checkAuthorizationEndpoint(silent, 'https://as.example/authorize')), [
    'authorization-endpoint-breaks',
  ])
  t.same(ids(await checkTokenEndpoint(silent, 'https://as.example/token')), [
    'token-endpoint-breaks',
  ])
  t.same(await checkCors(silent, ['https://as.example/token']), [])
})

t.test('a clock that is ahead or behind is a finding, one that is not told is none', async (t) => {
  const at = (seconds: number) => reply({ date: new Date(seconds * 1000).toUTCString() })
  t.match(checkClock(at(1_000_100), 1_000_000), [{ id: 'clock-skew', found: /ahead of/ }])
  t.match(checkClock(at(999_900), 1_000_000), [{ id: 'clock-skew', found: /behind/ }])
  t.same(checkClock(at(1_000_060), 1_000_000), [])
  t.same(checkClock(reply({}), 1_000_000), [])
  t.same(checkClock(null, 1_000_000), [])
})

t.test('endpoints that have a query of their own keep it', async (t) => {
  const asked: string[] = []
  const listening: Transport = async ({ url }: Question) => {
    asked.push(url)
    return reply({}, 400)
  }
  await checkAuthorizationEndpoint(listening, 'https://as.example/authorize?tenant=a')
  t.match(asked.pop(), /^https:\/\/as\.example\/authorize\?tenant=a&client_id=latchkey-doctor&/)
  await checkTokenEndpoint(listening, 'https://as.example/token?tenant=a')
  t.equal(asked.pop(), 'https://as.example/token?tenant=a&grant_type=doctor')
})

t.test('credentials for no origin at all are no finding', async (t) => {
  const careless: Transport = async () => reply({ 'access-control-allow-credentials': 'true' })
  t.same(await checkCors(careless, ['https://as.example/token']), [])
})

t.test('an identity is described by what it has', async (t) => {
  const identity = {
    subject: 'ada',
    issuer: 'https://as.example',
    kind: 'user',
    scopes: new Set(['read']),
    roles: new Set(['admin']),
    credentialId: 'c1',
  } as unknown as Parameters<typeof describeIdentity>[0]
  const bare = describeIdentity(identity)
  t.match(bare, /client +-\ntenant +-\n[\s\S]*expires +-$/)
  const whole = describeIdentity({
    ...identity,
    clientId: 'shop',
    tenant: 'acme',
    expiresAt: 60.5,
  })
  t.match(whole, /client +shop/)
  t.match(whole, /tenant +acme/)
  t.match(whole, /1970-01-01T00:01:00/)
})
