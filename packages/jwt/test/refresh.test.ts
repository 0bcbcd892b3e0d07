import { memoryStore, type Store } from '@latchkey/store'
import { issueHandle, prepareHandleKeys, randomBase64url } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { RefreshOptions, TokenPair } from '../src/index.js'
import { createApp, me, trusting } from './support/app.js'
import { audience, createIssuer, type TestIssuer } from './support/issuer.js'
import { stores } from './support/stores.js'

const secret = randomBase64url(32)

/** An application that issues, and a clock that runs and can be set ahead. */
async function createIssuing(
  t: Test,
  store: Store,
  refresh: Partial<RefreshOptions> = {},
  test?: TestIssuer,
): Promise<{ app: FastifyInstance; ahead: (seconds: number) => void; test: TestIssuer }> {
  const own = test ?? (await createIssuer())
  let offset = 0
  const app = await createApp(t, {
    ...trusting(own),
    keys: { privateKey: own.jwk },
    store,
    clock: () => Date.now() / 1000 + offset,
    issue: { refresh: { secret, ...refresh } },
  })
  return {
    app,
    test: own,
    ahead(seconds) {
      offset += seconds
    },
  }
}

const refused = { code: 'LATCHKEY_JWT_REFRESH_REFUSED', statusCode: 400 }

/** Refreshes; gives the cause where it is refused. */
async function tryRefresh(app: FastifyInstance, token: string): Promise<TokenPair | string> {
  try {
    return await app.tokens.refresh(token)
  } catch (error) {
    if ((error as { code?: string }).code !== refused.code) throw error
    return String((error as Error).cause)
  }
}

const details = { clientId: 'app-1', scopes: ['a', 'b'], roles: ['admin'], claims: { email: 'e' } }

for (const { name, skip, open } of stores) {
  t.test(
    `on ${name}, fifty parallel refreshes give one generation and fifty equal pairs`,
    { skip },
    async (t) => {
      const { app } = await createIssuing(t, await open(t))
      const first = await app.tokens.issuePair('user-1', details)
      const pairs = await Promise.all(
        Array.from({ length: 50 }, () => app.tokens.refresh(first.refreshToken)),
      )
      t.equal(new Set(pairs.map(({ refreshToken }) => refreshToken)).size, 1)
      t.equal(new Set(pairs.map(({ jti }) => jti)).size, 1, 'the access tokens are one, too')
      for (const { accessToken } of pairs.slice(0, 3))
        t.equal((await me(app, accessToken)).statusCode, 200)
      const next = await app.tokens.refresh((pairs[0] as TokenPair).refreshToken)
      t.not(next.refreshToken, first.refreshToken)
      t.equal((await me(app, next.accessToken)).statusCode, 200)
    },
  )

  t.test(`on ${name}, without grace one of fifty wins and the family dies`, { skip }, async (t) => {
    const { app } = await createIssuing(t, await open(t), { grace: 0 })
    const first = await app.tokens.issuePair('user-1', details)
    const results = await Promise.all(
      Array.from({ length: 50 }, () => tryRefresh(app, first.refreshToken)),
    )
    const won = results.filter((result) => typeof result !== 'string') as TokenPair[]
    t.equal(won.length, 1)
    for (const result of results) {
      if (typeof result === 'string') t.ok(['reuse', 'ended', 'revoked'].includes(result), result)
    }
    const [pair] = won as [TokenPair]
    t.not(typeof (await tryRefresh(app, pair.refreshToken)), 'object', 'the successor is dead')
    t.equal((await me(app, pair.accessToken)).statusCode, 401, 'and its access token')
    t.equal((await me(app, first.accessToken)).statusCode, 401, 'and the first')
  })

  t.test(
    `on ${name}, a token of long ago kills the family, a forged one does nothing`,
    { skip },
    async (t) => {
      const { app } = await createIssuing(t, await open(t))
      const first = await app.tokens.issuePair('user-1', details)
      const second = await app.tokens.refresh(first.refreshToken)
      const third = await app.tokens.refresh(second.refreshToken)
      const forged = third.refreshToken.replace(/\.2\./, '.0.')
      t.equal(await tryRefresh(app, forged), 'forged')
      t.equal((await me(app, third.accessToken)).statusCode, 200, 'nothing happened')
      t.equal(
        await tryRefresh(app, first.refreshToken),
        'reuse',
        'two generations old, within the grace',
      )
      t.ok(['ended', 'revoked'].includes(String(await tryRefresh(app, third.refreshToken))))
      t.equal((await me(app, third.accessToken)).statusCode, 401)
      const other = await app.tokens.issuePair('user-1', details)
      t.equal(
        (await me(app, other.accessToken)).statusCode,
        200,
        'another login of the subject lives',
      )
    },
  )
}

t.test('a pair says what was asked for, and each part is unlike the last', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  const first = await app.tokens.issuePair('user-1', {
    ...details,
    acr: 'mfa',
    amr: ['otp'],
    authTime: 5,
  })
  t.match(first, {
    tokenType: 'Bearer',
    expiresIn: 600,
    refreshExpiresIn: Number,
    scope: 'a b',
    refreshToken: /^rt_[0-9A-Za-z]{22}\.0\.[\w-]{36}$/,
  })
  t.match((await me(app, first.accessToken)).json(), {
    subject: 'user-1',
    clientId: 'app-1',
    credentialId: first.jti,
    scopes: ['a', 'b'],
    roles: ['admin'],
    acr: 'mfa',
    amr: ['otp'],
    authTime: 5,
    claims: { aud: audience, email: 'e', sid: String },
  })
  const second = await app.tokens.refresh(first.refreshToken)
  t.match(second.refreshToken, /\.1\./)
  t.not(second.jti, first.jti)
  const identity = (await me(app, second.accessToken)).json()
  t.match(identity, { scopes: ['a', 'b'], roles: ['admin'], claims: { email: 'e' } })
})

t.test('within the grace a lost answer can be had again, after it the family dies', async (t) => {
  const { app, ahead } = await createIssuing(t, memoryStore(), { grace: 20 })
  const first = await app.tokens.issuePair('user-1')
  const second = await app.tokens.refresh(first.refreshToken)
  ahead(15)
  const again = await app.tokens.refresh(first.refreshToken)
  t.equal(again.refreshToken, second.refreshToken)
  t.equal(again.jti, second.jti)
  ahead(15)
  t.equal(await tryRefresh(app, first.refreshToken), 'reuse')
  t.equal(await tryRefresh(app, second.refreshToken), 'revoked')
})

t.test('a grant ends when it is idle, and when it is old', async (t) => {
  const { app, ahead } = await createIssuing(t, memoryStore(), {
    lifetime: 1000,
    idleLifetime: 400,
  })
  const idle = await app.tokens.issuePair('user-1')
  const used = await app.tokens.issuePair('user-1')
  ahead(300)
  const second = await app.tokens.refresh(used.refreshToken)
  t.equal(second.refreshExpiresIn <= 700, true)
  ahead(101)
  t.equal(await tryRefresh(app, idle.refreshToken), 'expired')
  const third = await app.tokens.refresh(second.refreshToken)
  ahead(300)
  const fourth = await app.tokens.refresh(third.refreshToken)
  ahead(300)
  t.equal(await tryRefresh(app, fourth.refreshToken), 'expired', 'though it was used')
})

t.test('what is no refresh token of ours is refused without asking the store', async (t) => {
  const inner = memoryStore()
  let reads = 0
  const store: Store = {
    ...inner,
    get(key) {
      reads += 1
      return inner.get(key)
    },
  }
  const { app } = await createIssuing(t, store)
  const pair = await app.tokens.issuePair('user-1')
  const foreignKeys = prepareHandleKeys([{ secret: randomBase64url(32) }])
  const foreign = issueHandle('rt', { id: 'x', generation: 0 }, foreignKeys, 0)
  reads = 0
  for (const token of ['', 'rt_x', pair.accessToken, foreign, `${pair.refreshToken}x`, null, {}]) {
    t.equal(await tryRefresh(app, token as string), 'forged')
  }
  t.notOk(await app.tokens.endGrant(foreign))
  t.equal(reads, 0)
})

t.test('a genuine token whose grant is gone, or that is from the future, is refused', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  const keys = prepareHandleKeys([{ secret }])
  const gone = issueHandle('rt', { id: 'gone', generation: 0 }, keys, 0)
  t.equal(await tryRefresh(app, gone), 'unknown')
  t.notOk(await app.tokens.endGrant(gone))
  const { refreshToken } = await app.tokens.issuePair('user-1')
  const id = refreshToken.slice(3, 25)
  const future = issueHandle('rt', { id, generation: 7 }, keys, 0)
  t.equal(await tryRefresh(app, future), 'unknown-generation')
  t.not(typeof (await tryRefresh(app, refreshToken)), 'string', 'the family lives')
})

t.test('a logout ends refresh tokens and access tokens', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  const pair = await app.tokens.issuePair('user-1')
  t.ok(await app.tokens.endGrant(pair.refreshToken))
  t.equal((await me(app, pair.accessToken)).statusCode, 401)
  t.equal(await tryRefresh(app, pair.refreshToken), 'revoked')
  t.ok(await app.tokens.endGrant(pair.refreshToken), 'again it is no error')
})

t.test('what is revoked is not refreshed', async (t) => {
  const { app, ahead } = await createIssuing(t, memoryStore())
  const bySubject = await app.tokens.issuePair('user-1', { clientId: 'app-1' })
  await app.tokens.revoke({ subject: 'user-1' })
  t.equal(await tryRefresh(app, bySubject.refreshToken), 'revoked')
  const after = await app.tokens.issuePair('user-1', { clientId: 'app-1' })
  t.not(typeof (await tryRefresh(app, after.refreshToken)), 'string', 'a later login is')
  ahead(5)
  const byClient = await app.tokens.issuePair('user-2', { clientId: 'app-1' })
  await app.tokens.revoke({ clientId: 'app-1' })
  t.equal(await tryRefresh(app, byClient.refreshToken), 'revoked')
  const bySid = await app.tokens.issuePair('user-3')
  const { sid } = (await me(app, bySid.accessToken)).json().claims
  await app.tokens.revoke({ sid })
  t.equal(await tryRefresh(app, bySid.refreshToken), 'revoked')
})

t.test('a login in the second of a cut-off gives tokens that work', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  for (let round = 0; round < 3; round += 1) {
    const before = await app.tokens.issuePair('user-1')
    await app.tokens.revoke({ subject: 'user-1' })
    const after = await app.tokens.issuePair('user-1')
    const alone = await app.tokens.issue('user-1')
    t.equal((await me(app, before.accessToken)).statusCode, 401)
    t.equal((await me(app, after.accessToken)).statusCode, 200)
    t.equal((await me(app, alone.accessToken)).statusCode, 200)
  }
})

t.test('however often a subject is revoked, a login right after works', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  const before = await app.tokens.issue('user-1')
  for (let round = 0; round < 100; round += 1) await app.tokens.revoke({ subject: 'user-1' })
  t.equal((await me(app, before.accessToken)).statusCode, 401)
  const alone = await app.tokens.issue('user-1')
  t.equal((await me(app, alone.accessToken)).statusCode, 200)
  const pair = await app.tokens.issuePair('user-1')
  t.equal((await me(app, pair.accessToken)).statusCode, 200)
  const next = await app.tokens.refresh(pair.refreshToken)
  t.equal((await me(app, next.accessToken)).statusCode, 200, 'and is refreshed at once')
  await app.tokens.revoke({ subject: 'user-1' })
  for (const { accessToken } of [alone, pair, next]) {
    t.equal((await me(app, accessToken)).statusCode, 401, 'and is revoked like any other')
  }
})

t.test('no number of logins and revocations in one second makes a token immune', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  for (let round = 0; round < 6; round += 1) {
    const { accessToken } = await app.tokens.issue('user-1')
    t.equal((await me(app, accessToken)).statusCode, 200)
    await app.tokens.revoke({ subject: 'user-1' })
    t.equal((await me(app, accessToken)).statusCode, 401)
  }
})

t.test('fewer scopes can be asked for, more cannot, and the grant keeps its own', async (t) => {
  const { app } = await createIssuing(t, memoryStore(), { grace: 60 })
  const first = await app.tokens.issuePair('user-1', { scopes: ['a', 'b'] })
  const narrow = await app.tokens.refresh(first.refreshToken, { scopes: ['b'] })
  t.equal(narrow.scope, 'b')
  t.same((await me(app, narrow.accessToken)).json().scopes, ['b'])
  const wide = await app.tokens.refresh(narrow.refreshToken)
  t.equal(wide.scope, 'a b')
  await t.rejects(app.tokens.refresh(wide.refreshToken, { scopes: ['c'] }), {
    ...refused,
    cause: 'scope',
  })
  t.not(typeof (await tryRefresh(app, wide.refreshToken)), 'string', 'nothing was used up')
  const none = await app.tokens.issuePair('user-1')
  await t.rejects(app.tokens.refresh(none.refreshToken, { scopes: ['a'] }), refused)
})

t.test('a bound grant is refreshed only by who holds the key', async (t) => {
  const { app } = await createIssuing(t, memoryStore())
  const bound = await app.tokens.issuePair('user-1', { jkt: 'thumbprint' })
  t.equal(bound.tokenType, 'DPoP')
  t.equal(await tryRefresh(app, bound.refreshToken), 'binding')
  await t.rejects(app.tokens.refresh(bound.refreshToken, { jkt: 'other' }), {
    ...refused,
    cause: 'binding',
  })
  const next = await app.tokens.refresh(bound.refreshToken, { jkt: 'thumbprint' })
  t.equal(next.tokenType, 'DPoP')
  const unbound = await app.tokens.issuePair('user-1')
  await t.rejects(app.tokens.refresh(unbound.refreshToken, { jkt: 'x' }), {
    ...refused,
    cause: 'binding',
  })
})

t.test('the application looks at the subject with every refresh', async (t) => {
  let roles: string[] | null = ['admin']
  const { app } = await createIssuing(t, memoryStore(), {
    renew: async ({ subject }) => (subject === 'user-1' && roles ? { roles } : null),
  })
  const first = await app.tokens.issuePair('user-1', { roles: ['admin'] })
  roles = ['reader']
  const second = await app.tokens.refresh(first.refreshToken)
  t.same((await me(app, second.accessToken)).json().roles, ['reader'])
  roles = null
  t.equal(await tryRefresh(app, second.refreshToken), 'not-renewed')
  t.equal((await me(app, second.accessToken)).statusCode, 401, 'what was issued dies, too')
  t.equal(await tryRefresh(app, second.refreshToken), 'revoked')
})

t.test('refresh tokens survive a rotation of their secret', async (t) => {
  const store = memoryStore()
  const newer = randomBase64url(32)
  const old = await createIssuing(t, store)
  const { refreshToken } = await old.app.tokens.issuePair('user-1')
  const fresh = await createIssuing(t, store, { secret: [newer, secret], prefix: 'rt' }, old.test)
  const pair = await fresh.app.tokens.refresh(refreshToken)
  t.equal(await tryRefresh(old.app, pair.refreshToken), 'forged', 'made with the new one')
})

t.test('nothing in the store is a token', async (t) => {
  const inner = memoryStore()
  const written: string[] = []
  const store: Store = {
    ...inner,
    create(key, value, options) {
      written.push(key, JSON.stringify(value))
      return inner.create(key, value, options)
    },
    replace(key, version, value, options) {
      written.push(key, JSON.stringify(value))
      return inner.replace(key, version, value, options)
    },
  }
  const { app } = await createIssuing(t, store)
  const first = await app.tokens.issuePair('user-1')
  const second = await app.tokens.refresh(first.refreshToken)
  const text = written.join('\n')
  for (const { refreshToken, accessToken } of [first, second]) {
    t.notOk(text.includes(refreshToken))
    t.notOk(text.includes(refreshToken.slice(-36)))
    t.notOk(text.includes(accessToken))
  }
})

t.test('a record that never stops changing ends in a refusal', async (t) => {
  const store = memoryStore()
  const { app } = await createIssuing(t, { ...store, replace: async () => false })
  const { refreshToken } = await app.tokens.issuePair('user-1')
  t.equal(await tryRefresh(app, refreshToken), 'contention')
})

t.test('an outage while a family is ended leaves no way on', async (t) => {
  const inner = memoryStore()
  let losing = 0
  const store: Store = {
    ...inner,
    async replace(key, version, value, options) {
      losing -= 1
      return losing >= 0 ? false : inner.replace(key, version, value, options)
    },
  }
  const { app } = await createIssuing(t, store, { grace: 0 })
  const first = await app.tokens.issuePair('user-1')
  const second = await app.tokens.refresh(first.refreshToken)
  losing = 3
  t.equal(await tryRefresh(app, first.refreshToken), 'reuse', 'ended at the fourth try')
  t.equal(await tryRefresh(app, second.refreshToken), 'revoked')
  await store.delete(`jwt.grant:rt:${first.refreshToken.slice(3, 25)}`)
  t.equal(await tryRefresh(app, second.refreshToken), 'unknown')
})
