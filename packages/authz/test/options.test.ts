import fastify from 'fastify'
import tap from 'tap'
import { authz } from '../src/index.js'
import { compilePolicy } from '../src/policy.js'
import { serve } from './fixtures/server.js'

const policy = compilePolicy({
  permissions: ['a'],
  rules: [{ allow: 'a' }],
  scopes: ['s'],
  roles: { r: {} },
})

const faults: [what: string, options: object, code: string, message: RegExp][] = [
  [
    'an option that does not exist',
    { rols: {} },
    'LATCHKEY_AUTHZ_INVALID_POLICY',
    /the option "rols" does not exist; there is scopes, /,
  ],
  [
    'a policy twice',
    { policy, roles: {} },
    'LATCHKEY_AUTHZ_INVALID_POLICY',
    /the option "roles" does not exist beside "policy"/,
  ],
  [
    'a share above one',
    { sampleAllows: 2 },
    'LATCHKEY_AUTHZ_INVALID_POLICY',
    /"sampleAllows" is not a number from 0 to 1/,
  ],
  [
    'a policy with a fault',
    { roles: { a: { inherits: ['a'] } } },
    'LATCHKEY_AUTHZ_INVALID_POLICY',
    /cycle/,
  ],
]
for (const [what, options, code, message] of faults) {
  tap.test(`${what} does not register`, async (t) => {
    await t.rejects(async () => fastify().register(authz, options), { code, message })
  })
}

const requirements: [what: string, requirements: object, code: string, message: RegExp][] = [
  [
    'scopes that are no list',
    { scopes: 'a' },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /the requirements: "scopes" is not a list of strings/,
  ],
  ['an empty list', { roles: [] }, 'LATCHKEY_AUTHZ_INVALID_REQUIREMENT', /"roles" is not a list/],
  [
    'an unknown scope',
    { scopes: ['x'] },
    'LATCHKEY_AUTHZ_UNKNOWN_NAME',
    /the scope "x" is not declared/,
  ],
  [
    'an unknown role',
    { roles: ['x'] },
    'LATCHKEY_AUTHZ_UNKNOWN_NAME',
    /the role "x" is not declared; there is "r"/,
  ],
  [
    'an unknown permission',
    { can: 'x' },
    'LATCHKEY_AUTHZ_UNKNOWN_NAME',
    /the policy has no permission "x"/,
  ],
  [
    'an unknown permission of a list',
    { permissions: ['x'] },
    'LATCHKEY_AUTHZ_UNKNOWN_NAME',
    /the policy has no permission "x"/,
  ],
  [
    'a permission that is no text',
    { can: 7 },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"can" is not a string/,
  ],
  [
    'a tenant that is no text',
    { tenant: '' },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"tenant" is not a string/,
  ],
  [
    'a resource that is no function',
    { resource: {} },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"resource" is not a function/,
  ],
  [
    'a mask that is none',
    { mask: 'a' },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"mask" is not \{ read/,
  ],
  [
    'a mask of nothing',
    { mask: { at: 'items' } },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"mask" is not/,
  ],
  [
    'a mask with a typo',
    { mask: { red: 'a' } },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"mask" is not/,
  ],
  [
    'an age below nothing',
    { maxAge: -1 },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"maxAge" is not a number of seconds from 0/,
  ],
  [
    'classes that are no list',
    { acr: 'mfa' },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"acr" is not a list/,
  ],
  [
    'methods that are no list',
    { amr: [''] },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"amr" is not a list/,
  ],
  [
    'an unknown binding',
    { bound: 'tls' },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"bound" is not true/,
  ],
]
for (const [what, requirement, code, message] of requirements) {
  tap.test(`a route that asks for ${what} does not start`, async (t) => {
    const app = await serve({ policy })
    t.throws(() => app.requires(requirement as never), { code, message })
    const authorizer = app.mechanisms.authorizer()
    t.throws(() => authorizer?.compile(requirement as never, { method: 'GET', url: '/x' }), {
      code,
      message: new RegExp(message.source.replace('the requirements', 'the route GET /x')),
    })
  })
}

tap.test('permissions about objects are asked for one at a time', async (t) => {
  const app = await serve({ resources: { doc: { actions: ['read'] } } })
  t.throws(() => app.requires({ permissions: ['doc.read'] }), {
    code: 'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    message: /"doc.read" is about an object; write can: "doc.read" and resource/,
  })
})

tap.test('a second authorizer of one scope is refused', async (t) => {
  const app = await serve({ policy })
  await t.rejects(async () => app.register(authz, { policy }), { code: /./ })
})

tap.test('the system clock is used unless another is given', async (t) => {
  const app = fastify()
  await app.register(authz, {
    roles: {},
    permissions: ['p'],
    rules: [{ allow: 'p', assurance: { maxAge: 60 } }],
  })
  const { createIdentity } = await import('@latchkey/identity')
  const at = (authTime: number) =>
    createIdentity({
      subject: 'u',
      issuer: 'a',
      kind: 'user',
      mechanism: 'm',
      credentialId: 'c',
      authTime,
    })
  const now = Math.floor(Date.now() / 1000)
  t.equal(app.authz.policy.can(at(now), 'p'), true)
  t.equal(app.authz.policy.can(at(now - 600), 'p'), false)
})
