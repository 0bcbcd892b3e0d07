import { memoryStore } from '@latchkey/store'
import t from 'tap'
import { testClock } from './fixtures/clock.js'
import { ADA, stage } from './fixtures/stage.js'

const DAY = 86_400

t.test('V6.4.5: a key is announced once, seven days before it expires', async (t) => {
  const { app, clock, eventsOf, issue } = await stage(t)
  const expiresAt = clock() + 20 * DAY
  const { info } = await issue({ name: 'deploy', expiresAt })
  await issue({ expiresAt: null })
  t.equal(await app.apiKeys.announceExpiring(), 0)
  clock.advance(13 * DAY - 1)
  t.equal(await app.apiKeys.announceExpiring(), 0)
  clock.advance(1)
  t.equal(await app.apiKeys.announceExpiring(), 1)
  t.equal(await app.apiKeys.announceExpiring(), 0)
  t.same(eventsOf('latchkey:key.expiring'), [
    {
      at: clock(),
      outcome: 'expiring',
      mechanism: 'api-key',
      issuer: 'app',
      subject: 'ada',
      ownerType: 'user',
      credentialId: info.id,
      details: { expiresAt, name: 'deploy' },
    },
  ])
})

t.test('of many processes one announces it', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const stages = await Promise.all(Array.from({ length: 5 }, () => stage(t, { base, sharedClock })))
  await stages[0]?.issue({ expiresAt: sharedClock() + DAY })
  const counts = await Promise.all(stages.map(({ app }) => app.apiKeys.announceExpiring()))
  t.equal(
    counts.reduce((sum, count) => sum + count),
    1,
  )
})

t.test('what has ended, or lives on, is not announced', async (t) => {
  const { app, clock, issue } = await stage(t, { retention: DAY / 2 })
  const revoked = await issue({ expiresAt: clock() + DAY })
  const prolonged = await issue({ expiresAt: clock() + DAY })
  const gone = await issue({ expiresAt: clock() + DAY })
  await issue({ expiresAt: clock() + DAY, owner: { type: 'user', id: 'grace' } })
  await app.apiKeys.revoke(revoked.info.id)
  await app.apiKeys.update(prolonged.info.id, { expiresAt: clock() + 50 * DAY })
  await app.apiKeys.revokeAll({ type: 'user', id: 'grace' })
  await app.apiKeys.revoke(gone.info.id)
  clock.advance(DAY / 2)
  t.equal(await app.apiKeys.announceExpiring(), 0)
  clock.advance(43 * DAY)
  t.equal(await app.apiKeys.announceExpiring(), 1, 'the one that was prolonged')
})

t.test('a key that never expires any more is not announced', async (t) => {
  const { app, clock, issue } = await stage(t)
  const { info } = await issue({ expiresAt: clock() + DAY })
  await app.apiKeys.update(info.id, { expiresAt: null })
  t.equal(await app.apiKeys.announceExpiring(), 0)
})

t.test('hundreds of keys are announced, page by page', async (t) => {
  const { app, clock } = await stage(t)
  const expiresAt = clock() + 2 * DAY
  for (let index = 0; index < 450; index++) {
    await app.apiKeys.create({ name: 'one of many', owner: ADA, expiresAt })
  }
  t.equal(await app.apiKeys.announceExpiring(), 450)
})

t.test('they are announced by themselves, hour by hour', async (t) => {
  const inner = globalThis.setInterval
  const hourly: (() => void)[] = []
  globalThis.setInterval = ((act: () => void, milliseconds: number) => {
    if (milliseconds !== 3_600_000) return inner(act, milliseconds)
    hourly.push(act)
    return inner(() => {}, milliseconds)
  }) as typeof setInterval
  t.teardown(() => {
    globalThis.setInterval = inner
  })
  const { clock, eventsOf, failing, issue, log } = await stage(t)
  await issue({ expiresAt: clock() + DAY })
  for (const act of hourly) act()
  while (eventsOf('latchkey:key.expiring').length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  failing.fail()
  for (const act of hourly) act()
  while (!log().includes('cannot announce')) await new Promise((resolve) => setTimeout(resolve, 5))
})
