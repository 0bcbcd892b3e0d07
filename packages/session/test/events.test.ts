import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { eventSchemas } from '@latchkey/identity'
import { Ajv } from 'ajv'
import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'

t.test('whatever ends sessions is told as any credential is, without the token', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const events: unknown[] = []
  const listen = (event: unknown): void => void events.push(JSON.parse(JSON.stringify(event)))
  subscribe('latchkey:revoked', listen)
  t.teardown(() => unsubscribe('latchkey:revoked', listen))
  const browser = browserOf(app)
  await browser.post('/login', { tenant: 'acme' })
  const { credentialId } = (await browser.get('/me')).json()
  const token = [...browser.cookies.values()].join()
  await browser.post('/logout')
  await app.sessions.revokeAll('u1')
  await app.sessions.revokeEverybody()

  const validate = new Ajv().compile(eventSchemas['latchkey:revoked'])
  for (const event of events) t.ok(validate(event), JSON.stringify(validate.errors))
  t.match(events, [
    { reason: 'logout', subject: 'u1', tenant: 'acme', credentialId, outcome: 'revoked' },
    { reason: 'revoked-all', subject: 'u1' },
    { reason: 'revoked-everybody', mechanism: 'session' },
  ])
  t.notMatch(JSON.stringify(events), token)
})
