import { memoryStore } from '@latchkey/store'
import { countingStore, failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { whoami } from './fixtures/app.js'
import { createRooms, type Headers } from './fixtures/rooms.js'

const NAMES = ['session', 'jwt', 'api-key'] as const

for (const how of ['fail', 'hang'] as const) {
  t.test(
    `V16.3.4 a store that is ${how === 'fail' ? 'down' : 'stuck'} is 503, never 401`,
    async (t) => {
      const broken = failingStore(memoryStore())
      const { app, issue } = await createRooms({ store: broken.store, auth: { timeout: 0.2 } })
      t.teardown(() => app.close())
      const auth = { any: NAMES, optional: true } as const
      app.get('/', { config: { auth } }, whoami)
      await app.ready()
      const stranger = await createRooms()
      await stranger.app.ready()
      const theirs = await stranger.issue()
      await stranger.app.close()
      const ours = await issue()
      broken[how]()
      t.teardown(() => broken.heal())
      const token = await app.inject({ url: '/', headers: ours.jwt.valid })
      t.same(token.json(), { by: 'jwt' }, 'a good token needs no store to be taken')
      for (const name of ['session', 'api-key'] as const) {
        // What this process has never seen it has to ask the store about.
        const response = await app.inject({ url: '/', headers: theirs[name].valid })
        t.equal(response.statusCode, 503, name)
        t.equal(response.json().code, 'LATCHKEY_IDENTITY_UNAVAILABLE')
        t.match(response.headers['retry-after'], /^\d+$/)
        t.equal(response.headers['www-authenticate'], undefined)
        t.notOk(response.cookies.length > 0, 'no cookie is cleared')
      }
      const forged = await app.inject({ url: '/', headers: theirs.jwt.valid })
      t.equal(forged.statusCode, 401, 'a forged token needs no store to be refused')
    },
  )
}

t.test('V2.4.1 a flood of invented keys is 429 before the store is asked', async (t) => {
  const { store, counts } = countingStore(memoryStore())
  const failures = { limit: 5, window: 60 }
  const { app } = await createRooms({ store, failures })
  t.teardown(() => app.close())
  app.get('/', { config: { auth: NAMES } }, whoami)
  await app.ready()
  const stranger = await createRooms()
  await stranger.app.ready()
  const keys: Headers[] = []
  for (let count = 0; count < 8; count++) keys.push((await stranger.issue())['api-key'].valid)
  await stranger.app.close()
  const statuses: number[] = []
  for (const headers of keys) {
    const before = counts.get
    const response = await app.inject({ url: '/', headers })
    statuses.push(response.statusCode)
    if (response.statusCode === 429) {
      t.equal(counts.get, before)
      t.match(response.headers['retry-after'], /^\d+$/)
    }
  }
  t.same(statuses, [401, 401, 401, 401, 401, 429, 429, 429])
})

t.test('what the mechanisms bring along is decided, and open as it says', async (t) => {
  const { app } = await createRooms({ auth: { page: false } })
  t.teardown(() => app.close())
  app.get('/', { config: { auth: { any: NAMES, maxAge: 60 } } }, whoami)
  await app.ready()
  const [routes] = app.printAuth().split('\n\n')
  t.equal(
    routes,
    `
METHODS    URL         ACCESS    MECHANISMS               REQUIREMENTS  REVOKED WITHIN  DECIDED BY
GET, HEAD  /           required  session | jwt | api-key  maxAge 60     10 s            route
GET, HEAD  /jwks.json  public    -                        -             -               route
POST       /login      public    -                        -             -               route
`.trim(),
  )
})

t.test('V10.3.3 the identity is the issuer with the subject, whatever the mechanism', async (t) => {
  const { app, issue } = await createRooms()
  t.teardown(() => app.close())
  app.get('/', { config: { auth: NAMES } }, ({ identity }) => ({
    subject: identity?.subject,
    issuer: identity?.issuer,
    kind: identity?.kind,
    mechanism: identity?.mechanism,
  }))
  await app.ready()
  const credentials = await issue()
  const seen = []
  for (const name of NAMES) {
    const response = await app.inject({ url: '/', headers: credentials[name].valid })
    seen.push(response.json())
  }
  t.same(seen, [
    { subject: 'ada', issuer: 'app', kind: 'user', mechanism: 'session' },
    { subject: 'ada', issuer: 'https://acme.example', kind: 'user', mechanism: 'jwt' },
    { subject: 'billing', issuer: 'app', kind: 'service', mechanism: 'api-key' },
  ])
})
