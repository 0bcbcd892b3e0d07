import type { RouteRequirements } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { createApp } from '../src/app.js'

process.env.NODE_ENV = 'test'

// One application for all tests, as the database in it takes long to start: each test leaves the
// documents of the others alone.
const app = await createApp()
await app.ready()
t.teardown(() => app.close())

async function as(name: string) {
  const login = await app.inject({ method: 'POST', url: `/login/${name}` })
  let cookies = login.cookies.map((each) => `${each.name}=${each.value}`).join('; ')
  return async (method: 'GET' | 'PATCH' | 'POST', url: string, payload?: object) => {
    const headers = { cookie: cookies, 'sec-fetch-site': 'same-origin' }
    const answer = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
    const [fresh] = answer.cookies
    if (fresh !== undefined) cookies = `${fresh.name}=${fresh.value}`
    return answer
  }
}

t.test('a list holds what the caller may read, and of each what is open', async (t) => {
  const ids = async (name: string) =>
    (await (await as(name))('GET', '/documents')).json().map((each: { id: string }) => each.id)
  t.same(await ids('ann'), ['d1', 'd2'])
  t.same(await ids('bob'), ['d1', 'd2', 'd3'])
  t.same(await ids('mia'), ['d1', 'd2', 'd3', 'd4'])
  t.same(await ids('eve'), ['d5'])
  const bob = await as('bob')
  t.same((await bob('GET', '/documents/d1')).json(), {
    id: 'd1',
    tenant: 'acme',
    owner: 'ann',
    title: 'Roadmap',
    status: 'draft',
  })
  t.equal((await bob('GET', '/documents/d3')).json().budget, 20, 'of his own he sees all')
})

t.test('owners edit until it is published, and no more than the title', async (t) => {
  const ann = await as('ann')
  t.equal((await ann('PATCH', '/documents/d1', { title: 'Plan' })).statusCode, 204)
  t.equal((await ann('GET', '/documents/d1')).json().title, 'Plan')
  await ann('PATCH', '/documents/d1', { title: 'Roadmap' })
  t.equal((await ann('PATCH', '/documents/d2', { title: 'Plan' })).statusCode, 403)
  const stolen = await ann('PATCH', '/documents/d1', { title: 'Plan', owner: 'bob' })
  t.equal(stolen.statusCode, 403)
  t.equal(stolen.json().message, 'Not allowed to set "owner"')
  const bob = await as('bob')
  t.equal((await bob('PATCH', '/documents/d1', { title: 'Mine' })).statusCode, 403)
  t.equal((await bob('PATCH', '/documents/d3', { title: 'Mine' })).statusCode, 204)
})

t.test('tenants do not learn of each other', async (t) => {
  const eve = await as('eve')
  for (const id of ['d1', 'd9']) {
    const answer = await eve('GET', `/documents/${id}`)
    t.equal(answer.statusCode, 404)
    t.same(answer.json().message, 'Not found')
  }
})

t.test('an explanation tells what would have allowed it', async (t) => {
  const bob = await as('bob')
  t.matchSnapshot((await bob('GET', '/documents/d1/why-not-edit')).body)
  t.equal((await bob('GET', '/documents/d4/why-not-edit')).statusCode, 403)
})

t.test('the matrix shows what every role may do, and the linter finds nothing', async (t) => {
  t.matchSnapshot(app.authz.matrix().text)
  t.same(app.authz.lint(), [])
})

t.test('nobody of an unknown name logs in', async (t) => {
  t.equal((await app.inject({ method: 'POST', url: '/login/toString' })).statusCode, 404)
  t.equal((await app.inject('/documents')).statusCode, 401)
})

t.test('publishing asks for a second factor, and goes through after it', async (t) => {
  const mia = await as('mia')
  const first = await mia('POST', '/documents/d1/publish')
  t.equal(first.statusCode, 401)
  t.match(
    `${first.headers['www-authenticate']}`,
    /error="insufficient_user_authentication".*acr_values="mfa"/,
  )
  t.equal((await mia('POST', '/second-factor')).statusCode, 204)
  t.equal((await mia('POST', '/documents/d1/publish')).statusCode, 204)
  t.equal((await mia('POST', '/documents/d4/publish')).statusCode, 403, 'the budget is too big')
  t.equal((await mia('GET', '/documents/d1')).json().status, 'published')
})

// Never called: src/policy.ts tells the suite its policy, and then a typo is a compile error.
export function typos(request: FastifyRequest): readonly (RouteRequirements | Promise<boolean>)[] {
  return [
    { can: 'document.edit', roles: ['chief'] },
    // @ts-expect-error There is no such permission.
    { can: 'document.eddit' },
    // @ts-expect-error There is no such role.
    { roles: ['cheif'] },
    request.can('document.list'),
    // @ts-expect-error It is about an object.
    request.can('document.edit'),
  ]
}
