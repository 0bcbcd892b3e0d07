import { requireService, startPostgres, startRedis } from '@latchkey/services'
import t from 'tap'
import type { Config } from '../src/config.js'
import { startExample } from './fixtures/example.js'

/** The same token endpoint, whatever keeps the records. */
async function getToken(store: Config['store']): Promise<{ status: number; token: string }> {
  const { issuer, close } = await startExample({ store })
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('demo:demo-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${issuer}/api` }),
  })
  const { access_token } = (await response.json()) as { access_token: string }
  const api = await fetch(`${issuer}/api/me`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  await close()
  return { status: api.status, token: access_token }
}

t.test('records can live in Redis', { skip: requireService('redis-server') }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  t.equal((await getToken({ kind: 'redis', url: redis.url })).status, 200)
})

t.test('records can live in PostgreSQL', { skip: requireService('postgres') }, async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  t.equal((await getToken({ kind: 'postgres', url: postgres.url })).status, 200)
})
