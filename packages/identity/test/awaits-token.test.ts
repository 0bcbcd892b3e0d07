import t from 'tap'
import { appOf, byCookie } from './fixtures/stub.js'

const rows: readonly (readonly [headers: Record<string, string>, status: number])[] = [
  [{ 'x-old': 'yes' }, 200],
  [{}, 403],
  [{ 'x-old': 'yes', origin: 'https://evil.example' }, 403],
  [{ 'x-old': 'yes', 'sec-fetch-site': 'cross-site' }, 403],
]

for (const [headers, status] of rows) {
  t.test(`where a token is awaited, ${JSON.stringify(headers)} is ${status}`, async (t) => {
    const one = byCookie('one', { awaitsToken: (request) => request.headers['x-old'] === 'yes' })
    const app = await appOf([one], 'one')
    t.teardown(() => app.close())
    const response = await app.inject({
      method: 'POST',
      url: '/',
      headers: { cookie: 'one=good', ...headers },
    })
    t.equal(response.statusCode, status)
  })
}
