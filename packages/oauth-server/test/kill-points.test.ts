import { memoryStore, type Store } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser, formOf } from './fixtures/browser.js'
import { startServer } from './fixtures/server.js'
import { introspect, redemption, requestToken } from './fixtures/tokens.js'

/** What a flow costs at most, counted at the store. */
t.test('a whole code flow is one create and one compare-and-set for the grant', async (t) => {
  let counting: ReturnType<typeof countingStore> | undefined
  const { app } = await startServer({}, (store) => {
    counting = countingStore(store)
    return counting.store
  })
  const browser = createBrowser(app, 'alice')
  await approve(browser, authorizeUrl())
  counting?.reset()
  const { code = '' } = answerOf(await browser.get(authorizeUrl()))
  t.match(counting?.counts, { create: 1, replace: 0, delete: 0, link: 1, increment: 0, append: 0 })
  counting?.reset()
  t.equal((await requestToken(app, redemption(code))).statusCode, 200)
  t.match(counting?.counts, { create: 0, replace: 1, delete: 0, link: 0, increment: 0, append: 0 })

  counting?.reset()
  const { action, token } = formOf(await browser.get(authorizeUrl({ prompt: 'consent' })))
  t.match(counting?.counts, { create: 1, replace: 0, delete: 0 }, 'the interaction')
  counting?.reset()
  await browser.post(action, { token, decision: 'approve' })
  t.match(counting?.counts, { create: 1, replace: 1, delete: 1, link: 1 }, 'and the consent')
})

t.test('many refreshes leave one record', async (t) => {
  const { app, store, advance } = await startServer()
  const browser = createBrowser(app, 'alice')
  const { code = '' } = answerOf(await approve(browser, authorizeUrl()))
  let { refresh_token } = (await requestToken(app, redemption(code))).json()
  const before = await store.stats()
  for (let turn = 0; turn < 300; turn++) {
    advance(60)
    const form = { grant_type: 'refresh_token', refresh_token }
    refresh_token = (await requestToken(app, form)).json().refresh_token
  }
  t.same(await store.stats(), before)
})

const killed = new Error('the process was killed')

/** A process that is killed at one of its operations: before it reaches the store, or behind. */
function mortal(inner: Store) {
  let left = Number.POSITIVE_INFINITY
  let isBehind = false
  const wrap =
    <Args extends unknown[], Result>(operation: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (left <= 0) throw killed
      left--
      if (left > 0) return operation(...args)
      if (isBehind) await operation(...args)
      throw killed
    }
  const store: Store = {
    ...inner,
    get: wrap(inner.get),
    create: wrap(inner.create),
    replace: wrap(inner.replace),
    delete: wrap(inner.delete),
    link: wrap(inner.link),
    unlink: wrap(inner.unlink),
    list: wrap(inner.list),
    increment: wrap(inner.increment),
    append: wrap(inner.append),
  }
  return {
    store,
    /** Kills at the operation of this number, from now on. */
    killAt(operation: number, behind: boolean) {
      left = operation
      isBehind = behind
    },
  }
}

t.test('a server that is killed at any operation leaves nothing that counts twice', async (t) => {
  let points = 0
  for (const isBehind of [false, true]) {
    for (let point = 1; ; point++) {
      const shared = memoryStore({ clock: () => 1_800_000_000 })
      const { store, killAt } = mortal(shared)
      const dying = await startServer({ store })
      const browser = createBrowser(dying.app, 'alice')
      const codes: string[] = []
      const tokens: { access_token: string; refresh_token: string }[] = []
      killAt(point, isBehind)
      const run = async (): Promise<boolean> => {
        const page = await browser.get(authorizeUrl())
        if (page.statusCode !== 200) return false
        const { action, token } = formOf(page)
        const answer = await browser.post(action, { token, decision: 'approve' })
        const { code } = answer.headers.location === undefined ? {} : answerOf(answer)
        if (code === undefined) return false
        codes.push(code)
        const response = await requestToken(dying.app, redemption(code))
        if (response.statusCode !== 200) return false
        tokens.push(response.json())
        const { refresh_token } = response.json()
        const next = await requestToken(dying.app, { grant_type: 'refresh_token', refresh_token })
        if (next.statusCode === 200) tokens.push(next.json())
        return next.statusCode === 200
      }
      const isThrough = await run()
      killAt(Number.POSITIVE_INFINITY, false)

      const { app } = await startServer({ store: shared })
      let redeemed = tokens.length > 0 ? 1 : 0
      for (const code of codes) {
        const late = await requestToken(app, redemption(code))
        if (late.statusCode === 200) redeemed++
        const again = await requestToken(app, redemption(code))
        t.equal(again.statusCode, 400, `no code twice, killed at ${point}`)
      }
      t.ok(redeemed <= 1, `at most one redemption, killed at ${point}`)
      for (const { access_token } of codes.length > 0 ? tokens : []) {
        t.equal((await introspect(app, access_token)).active, false, 'dead by the replay')
      }
      const anew = answerOf(await approve(createBrowser(app, 'alice'), authorizeUrl()))
      t.ok(anew.code, 'the user can start again')
      points++
      if (isThrough) break
    }
  }
  t.ok(points > 20, `${points} points`)
})
