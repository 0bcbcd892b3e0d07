import t from 'tap'
import { findClaimRefusal, type JsonObject } from '../src/index.js'

const now = 1_700_000_000
const rules = { issuer: 'https://issuer.example', audience: ['api', 'api2'], leeway: 30 }
const good: JsonObject = { iss: rules.issuer, aud: 'api', exp: now + 60, iat: now, nbf: now }

t.test('claims that keep the rules pass', async (t) => {
  const rows: [string, JsonObject][] = [
    ['plain', good],
    ['several audiences', { ...good, aud: ['other', 'api2'] }],
    ['no iat and nbf', { ...good, iat: undefined, nbf: undefined }],
    ['a fraction of a second', { ...good, exp: now + 0.5 }],
    ['expired within the leeway', { ...good, exp: now - 29 }],
    ['not yet valid within the leeway', { ...good, nbf: now + 30, iat: now + 30 }],
  ]
  for (const [what, claims] of rows) t.equal(findClaimRefusal(claims, rules, now), null, what)
  const { aud, ...without } = good
  t.equal(findClaimRefusal(without, { ...rules, audience: null }, now), null, 'no audience asked')
})

t.test('claims that break a rule are refused with it', async (t) => {
  const rows: [string, JsonObject, string][] = [
    ['no issuer', { ...good, iss: undefined }, 'issuer'],
    ['another issuer', { ...good, iss: 'https://issuer.example/' }, 'issuer'],
    ['an issuer in a list', { ...good, iss: [rules.issuer] }, 'issuer'],
    ['no audience', { ...good, aud: undefined }, 'audience'],
    ['another audience', { ...good, aud: 'API' }, 'audience'],
    ['an empty list', { ...good, aud: [] }, 'audience'],
    ['an object', { ...good, aud: {} }, 'audience'],
    ['a list with a number', { ...good, aud: ['api', 1] }, 'audience'],
    ['no expiry', { ...good, exp: undefined }, 'no-expiry'],
    ['expiry as text', { ...good, exp: '9999999999' }, 'mistyped-claim'],
    ['expiry as null', { ...good, exp: null }, 'mistyped-claim'],
    ['endless expiry', { ...good, exp: Number.POSITIVE_INFINITY }, 'mistyped-claim'],
    ['negative expiry', { ...good, exp: -1 }, 'mistyped-claim'],
    ['nbf as text', { ...good, nbf: '0' }, 'mistyped-claim'],
    ['iat as true', { ...good, iat: true }, 'mistyped-claim'],
    ['expired at the exact second', { ...good, exp: now - 30 }, 'expired'],
    ['not yet valid', { ...good, nbf: now + 31 }, 'not-yet-valid'],
    ['issued in the future', { ...good, iat: now + 31 }, 'issued-in-future'],
  ]
  for (const [what, claims, reason] of rows) {
    t.equal(findClaimRefusal(claims, rules, now), reason, what)
  }
})
