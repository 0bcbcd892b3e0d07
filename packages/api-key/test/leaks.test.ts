import t from 'tap'
import { ADA, stage } from './fixtures/stage.js'

t.test('a key that is found in a text is revoked, and its owner told', async (t) => {
  const { app, clock, eventsOf, issue, status } = await stage(t)
  const { key, info } = await issue()
  const other = await issue({ owner: { type: 'service', id: 'billing' } })
  t.equal(await status(key), 200)
  const text = `export API_KEY=${key}\n# and ${other.key}, and ${key} again`
  const url = `https://paste.example/${key}/raw`
  const leaked = await app.apiKeys.reportLeak(text, { source: 'paste', url })
  t.same(leaked, [
    { id: info.id, owner: ADA, state: 'active' },
    { id: other.info.id, owner: { type: 'service', id: 'billing' }, state: 'active' },
  ])
  t.same([await status(key), await status(other.key)], [401, 401])
  t.same(eventsOf('latchkey:key.leaked')[0], {
    at: clock(),
    outcome: 'leaked',
    mechanism: 'api-key',
    issuer: 'app',
    subject: 'ada',
    ownerType: 'user',
    credentialId: info.id,
    reason: 'paste',
    details: { state: 'active', url: 'https://paste.example//raw' },
  })
  t.match(eventsOf('latchkey:revoked'), [{ reason: 'leaked' }, { reason: 'leaked' }])
})

t.test('who only knows an id ends nothing', async (t) => {
  const { app, eventsOf, issue, keep, status } = await stage(t)
  const { issueKey } = await import('../src/key-format.js')
  const { key, info } = await issue()
  const forged = keep(issueKey('acme', { environment: 'live', id: info.id }))
  const unknown = issueKey('acme', { environment: 'live', id: '0'.repeat(16) })
  const miscopied = `${key.slice(0, -6)}000000`
  const texts = [forged, unknown, miscopied, info.id, `${key.slice(0, -1)}!`, '', 'no key at all']
  for (const text of texts) t.same(await app.apiKeys.reportLeak(text), [])
  t.equal(await status(key), 200)
  t.same(eventsOf('latchkey:key.leaked'), [])
})

t.test('a secret that was rotated out ends nothing, one that overlaps does', async (t) => {
  const { app, clock, issue, status } = await stage(t)
  const { key, info } = await issue()
  const rotated = await app.apiKeys.rotate(info.id, { overlap: 60 })
  clock.advance(60)
  t.same(await app.apiKeys.reportLeak(key), [{ id: info.id, owner: ADA, state: 'expired' }])
  t.equal(await status(rotated.key), 200)
  const again = await app.apiKeys.rotate(info.id, { overlap: 60 })
  await app.apiKeys.reportLeak(rotated.key)
  t.equal(await status(again.key), 401)
})

t.test('a disabled key is ended, too, and an ended one is reported again', async (t) => {
  const { app, eventsOf, issue } = await stage(t)
  const { key, info } = await issue()
  await app.apiKeys.disable(info.id)
  t.match(await app.apiKeys.reportLeak(key), [{ state: 'disabled' }])
  t.match(await app.apiKeys.reportLeak(key), [{ state: 'revoked' }])
  t.equal(eventsOf('latchkey:revoked').length, 1)
  t.match(eventsOf('latchkey:key.leaked'), [{ reason: 'report' }, { reason: 'report' }])
})

t.test('a foreign key is ended when the whole text is it', async (t) => {
  const foreign = { pattern: /^sk_[0-9a-f]{40}$/, bits: 160 }
  const { app, keep, status } = await stage(t, { foreign })
  const { createHash } = await import('node:crypto')
  const key = keep(`sk_${'0123456789'.repeat(4)}`)
  const digest = createHash('sha256').update(key).digest('hex')
  await app.apiKeys.importDigest({ name: 'of old', owner: ADA, digest })
  t.same(await app.apiKeys.reportLeak(`sk_${'f'.repeat(40)}`), [])
  t.equal(await status(key), 200)
  t.match(await app.apiKeys.reportLeak(` ${key}\n`), [{ state: 'active' }])
  t.equal(await status(key), 401)
})
