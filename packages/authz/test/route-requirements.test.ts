import { createIdentity, type Decision, registryOf } from '@latchkey/identity'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import tap from 'tap'
import { type AuthzOptions, authz } from '../src/index.js'

const NOW = 1_700_000_000
const request = {} as FastifyRequest
const reply = {} as FastifyReply

/** Compiles the requirements of one route, as the meta-plugin does. */
async function compile(options: AuthzOptions, requirements: Record<string, unknown>) {
  const app = fastify()
  await app.register(authz, { now: () => NOW, ...options })
  const authorizer = registryOf(app).authorizer()
  if (authorizer === undefined) throw new Error('no authorizer')
  return authorizer.compile(requirements, { method: 'GET', url: '/things' })
}

async function decide(
  options: AuthzOptions,
  requirements: Record<string, unknown>,
  caller: object,
): Promise<Decision> {
  const compiled = await compile(options, requirements)
  const identity = createIdentity({
    subject: 'u1',
    issuer: 'app',
    kind: 'user',
    mechanism: 'session',
    credentialId: 's1',
    ...caller,
  })
  return (compiled.early as NonNullable<typeof compiled.early>)(identity, request, reply)
}

const ROLES = { viewer: {}, buyer: { inherits: ['viewer'] }, admin: { inherits: ['buyer'] } }

const allowed: [what: string, requirements: Record<string, unknown>, caller: object][] = [
  ['no requirement', {}, {}],
  ['every scope', { scopes: ['a', 'b'] }, { scopes: ['a', 'b', 'c'] }],
  ['one of the roles', { roles: ['buyer', 'seller'] }, { roles: ['seller'] }],
  ['a login of exactly the allowed age', { maxAge: 300 }, { authTime: NOW - 300 }],
  ['one of the classes', { acr: ['mfa', 'phr'] }, { acr: 'phr' }],
  ['every method', { amr: ['pwd', 'otp'] }, { amr: ['otp', 'pwd'] }],
  ['any binding', { bound: true }, { bound: 'mtls' }],
  ['that binding', { bound: 'dpop' }, { bound: 'dpop' }],
  ['no binding asked for', { bound: false }, {}],
]
for (const [what, requirements, caller] of allowed) {
  tap.test(`a caller with ${what} passes`, async (t) => {
    t.same(await decide({}, requirements, caller), { effect: 'allow' })
  })
}

tap.test('a login of the future is not fresh, but for what clocks may differ', async (t) => {
  const effect = async (authTime: number) =>
    (await decide({}, { maxAge: 300 }, { authTime })).effect
  t.equal(await effect(NOW + 60), 'allow')
  t.equal(await effect(NOW + 61), 'challenge')
  t.equal(await effect(NOW + 1e9), 'challenge')
})

tap.test('a role passes where one that it inherits is asked for', async (t) => {
  const wanted = { roles: ['viewer'] }
  t.equal((await decide({ roles: ROLES }, wanted, { roles: ['admin'] })).effect, 'allow')
  const denied = await decide({ roles: ROLES }, { roles: ['admin'] }, { roles: ['buyer'] })
  t.same(denied, { effect: 'deny', reason: 'missing-role', details: { roles: ['admin'] } })
})

tap.test('a missing scope is named to the client, and to the log those that lack', async (t) => {
  t.same(await decide({}, { scopes: ['a', 'b'] }, { scopes: ['a'] }), {
    effect: 'deny',
    reason: 'missing-scope',
    scope: 'a b',
    details: { missing: ['b'] },
  })
})
