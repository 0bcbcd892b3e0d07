import { requireService, startPostgres, startRedis, startWorkers } from '@latchkey/services'
import t, { type Test } from 'tap'
import { authorizeUrl } from './fixtures/browser.js'
import { ecKey } from './fixtures/keys.js'
import { callback, verifier } from './fixtures/server.js'
import { basic } from './fixtures/tokens.js'

const clients = [
  {
    client_id: 'own',
    client_secret: 'own-secret',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
  },
]
const authorization = basic('own', 'own-secret')
const module = new URL('fixtures/crash-process.js', import.meta.url)

interface Operation {
  readonly operation: string
  readonly value: { readonly status?: string; readonly refresh?: { generation: number } } | null
}

const prepare = () => startWorkers(module, 1)

/** A process of its own, with the server in it. */
async function startProcess(where: object, prepared: ReturnType<typeof prepare>) {
  const [worker] = await prepared
  if (worker === undefined) throw new Error('no process')
  const port = (await worker.call('start', where, ecKey, clients)) as number
  const origin = `http://127.0.0.1:${port}`
  return {
    worker,
    send(url: string, form: Record<string, string> | null, headers: Record<string, string>) {
      return fetch(new URL(url, origin), {
        method: form === null ? 'GET' : 'POST',
        redirect: 'manual',
        headers,
        ...(form === null ? {} : { body: new URLSearchParams(form) }),
      })
    },
  }
}
type Process = Awaited<ReturnType<typeof startProcess>>

/** What the client has been given so far. */
interface Client {
  code: string | null
  readonly tokens: { readonly access_token: string; readonly refresh_token: string }[]
}

const post = (process: Process, url: string, form: Record<string, string>) =>
  process.send(url, form, { authorization })
const redeem = (process: Process, code: string) =>
  post(process, '/token', {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: callback,
  })
const refresh = (process: Process, token: string) =>
  post(process, '/token', { grant_type: 'refresh_token', refresh_token: token })
const isActive = async (process: Process, token: string): Promise<boolean> =>
  ((await (await post(process, '/introspect', { token })).json()) as { active: boolean }).active

/** A browser of one user, which survives the server. */
function createBrowser(subject: string) {
  const cookies = new Map<string, string>()
  let last: { url: string; form: Record<string, string> } | null = null
  return {
    /** The form that was sent last. */
    last: () => last,
    async send(process: Process, url: string, form: Record<string, string> | null) {
      if (form !== null) last = { url, form }
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const headers = { cookie, 'sec-fetch-site': form === null ? 'none' : 'same-origin' }
      const response = await process.send(url, form, headers)
      for (const one of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (one.split(';')[0] as string).split('=')
        cookies.set(name, value)
      }
      return response
    },
    /** Goes from the client through login and consent, back to the client. */
    async visit(process: Process): Promise<string> {
      let url = authorizeUrl({ client_id: 'own', scope: null })
      let form: Record<string, string> | null = null
      for (let step = 0; step < 8; step++) {
        const response = await this.send(process, url, form)
        const location = response.headers.get('location')
        const page = await response.text()
        form = null
        if (location?.startsWith(callback)) {
          return new URL(location).searchParams.get('code') ?? location
        }
        const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1]
        if (location !== null) url = location
        else if (page.startsWith('login ')) {
          url = '/login'
          form = { subject, returnTo: page.slice('login '.length) }
        } else if (action !== undefined) {
          url = action
          form = {
            token: /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '',
            decision: 'approve',
          }
        } else throw new Error(`a dead end: ${response.status} ${page}`)
      }
      throw new Error('no end')
    },
  }
}

/** The whole flow, in which the server may die at any time. */
async function flow(process: Process, browser: ReturnType<typeof createBrowser>, client: Client) {
  client.code = await browser.visit(process)
  client.tokens.push((await (await redeem(process, client.code)).json()) as Client['tokens'][0])
  const { refresh_token = '' } = client.tokens[0] ?? {}
  client.tokens.push((await (await refresh(process, refresh_token)).json()) as Client['tokens'][0])
}

/** What counts of a code flow must count once, and end with its replay. */
async function settle(t: Test, process: Process, client: Client, done: readonly Operation[]) {
  const isRedeemed = done.some(
    ({ operation, value }) =>
      operation.startsWith('replace oauth:grant:') && value?.status === 'active',
  )
  const { code, tokens } = client
  if (code === null) return
  const latest = tokens.at(-1)
  if (latest !== undefined) {
    // The answer to a refresh may have been lost: the same generation again, and no other.
    const first = (await (await refresh(process, tokens[0]?.refresh_token ?? '')).json()) as never
    const again = (await (await refresh(process, tokens[0]?.refresh_token ?? '')).json()) as never
    t.match((first as Client['tokens'][0]).refresh_token, /\.1\./)
    t.equal(
      (again as Client['tokens'][0]).refresh_token,
      (first as Client['tokens'][0]).refresh_token,
      'one successor',
    )
    t.ok(await isActive(process, latest.access_token), 'what was issued lives')
    tokens.push(first, again)
  }
  const late = await redeem(process, code)
  t.equal(late.status, isRedeemed ? 400 : 200, 'a code counts once, whoever redeemed it')
  if (late.status === 200) tokens.push((await late.json()) as Client['tokens'][0])
  t.equal((await redeem(process, code)).status, 400, 'and never twice')
  for (const { access_token, refresh_token } of tokens) {
    t.equal(await isActive(process, access_token), false, 'dead by the replay')
    t.equal((await refresh(process, refresh_token)).status, 400, 'the refresh token as well')
  }
}

async function killEverywhere(t: Test, where: object): Promise<void> {
  let process = await startProcess(where, prepare())
  // The next process loads its modules meanwhile; it reaches the store only after the kill.
  let next = prepare()
  t.teardown(async () => {
    await process.worker.stop()
    for (const worker of await next) await worker.stop()
  })
  const killed: string[] = []
  for (let point = 1; ; point++) {
    const browser = createBrowser(`user-${point}`)
    const client: Client = { code: null, tokens: [] }
    await process.worker.call('haltBefore', point)
    const halted = process.worker.call('halted').catch(() => null)
    const running = flow(process, browser, client).then(
      () => null,
      () => null,
    )
    const done = (await Promise.race([halted, running])) as Operation[] | null
    if (done === null) break
    await process.worker.stop()
    await running
    killed.push(done.at(-1)?.operation.replace(/:[^:]*$/, '') ?? 'nothing')

    process = await startProcess(where, next)
    next = prepare()
    await t.test(
      `${point}: killed behind ${done.at(-1)?.operation.split(':', 2).join(':') ?? 'nothing'}`,
      async (t) => {
        await settle(t, process, client, done)
        const unanswered = browser.last()
        if (client.code === null && unanswered?.form.decision !== undefined) {
          // The user sends the form again: either it counts now, or it leads nowhere.
          const answer = await browser.send(process, unanswered.url, unanswered.form)
          const location = answer.headers.get('location') ?? ''
          const isMade = done.some(({ operation }) => operation.startsWith('create oauth:grant:'))
          if (isMade) t.notMatch(location, 'code=', 'no second code of one consent')
          t.ok(answer.status < 500)
        }
        const anew: Client = { code: null, tokens: [] }
        await flow(process, browser, anew)
        t.equal(anew.tokens.length, 2)
        t.ok(await isActive(process, anew.tokens[1]?.access_token ?? ''), 'the user starts again')
      },
    )
  }
  for (const kind of [
    'create session',
    'create oauth:interaction',
    'create oauth:grant',
    'replace oauth:grant',
  ]) {
    t.ok(
      killed.some((operation) => operation.startsWith(kind)),
      `killed behind ${kind}`,
    )
  }
  t.comment(`${killed.length} points: ${killed.join(', ')}`)
}

const noRedis = requireService('redis-server')
t.test('a server that is killed at any operation, on Redis', { skip: noRedis }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  await killEverywhere(t, { kind: 'redis', url: redis.url })
})

const noPostgres = requireService('postgres')
t.test(
  'a server that is killed at any operation, on PostgreSQL',
  { skip: noPostgres },
  async (t) => {
    const postgres = await startPostgres()
    t.teardown(() => postgres.stop())
    await killEverywhere(t, { kind: 'postgres', url: postgres.url })
  },
)
