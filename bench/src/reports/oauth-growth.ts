import { memoryStore, type Store } from '@latchkey/store'
import type { Report } from '../group.js'
import {
  codeRequest,
  inject,
  oidcProvider,
  ours,
  post,
  providerCodeRequest,
} from '../oauth-peers.js'

const refreshes = 10

/** What oidc-provider keeps, by the interface that it asks for. */
function countingAdapter(kept: Map<string, number>) {
  const values = new Map<string, object>()
  return class {
    readonly name: string
    constructor(name: string) {
      this.name = name
    }
    async upsert(id: string, payload: object) {
      const key = `${this.name}:${id}`
      values.set(key, payload)
      kept.set(key, JSON.stringify(payload).length + key.length)
    }
    async find(id: string) {
      return values.get(`${this.name}:${id}`)
    }
    async consume(id: string) {
      Object.assign(values.get(`${this.name}:${id}`) ?? {}, { consumed: Date.now() })
    }
    async destroy(id: string) {
      values.delete(`${this.name}:${id}`)
      kept.delete(`${this.name}:${id}`)
    }
    async revokeByGrantId() {}
  }
}

/** What stays of code flows without a login, each with ten refreshes. */
const report: Report = async ({ smoke }) => {
  const grants = smoke ? 2 : 1000
  const bytes = new Map<string, number>()
  const inner = memoryStore({ allowInProduction: true })
  const counted: Store = {
    ...inner,
    create(key, value, options) {
      bytes.set(key, JSON.stringify(value).length + key.length)
      return inner.create(key, value, options)
    },
    replace(key, version, value, options) {
      bytes.set(key, JSON.stringify(value).length + key.length)
      return inner.replace(key, version, value, options)
    },
  }
  const app = await ours('opaque', counted)
  const kept = new Map<string, number>()
  const peer = await oidcProvider('opaque', countingAdapter(kept))
  const start = { ours: 0, peer: 0 }

  for (let grant = 0; grant < grants; grant++) {
    for (const [who, server, redeem] of [
      ['ours', app, () => codeRequest(app)],
      ['peer', peer.app, () => providerCodeRequest(peer.provider)],
    ] as const) {
      const before = performance.now()
      const { refresh_token } = (await inject(server, await redeem())).json()
      for (let turn = 0; turn < refreshes; turn++) {
        await inject(server, post('/token', { grant_type: 'refresh_token', refresh_token }))
      }
      start[who] += performance.now() - before
    }
  }
  await app.close()
  const row = (name: string, sizes: Map<string, number>, milliseconds: number) => {
    const sum = [...sizes.values()].reduce((total, size) => total + size, 0)
    return [
      name,
      (sizes.size / grants).toFixed(1),
      Math.round(sum / grants),
      (milliseconds / grants).toFixed(1),
    ]
  }
  return {
    title: `What stays of a code flow with ${refreshes} refreshes, over ${grants} grants`,
    columns: ['server', 'records per grant', 'JSON bytes per grant', 'ms per flow'],
    rows: [row('latchkey', bytes, start.ours), row('oidc-provider', kept, start.peer)],
    notes: [
      'Grows linearly, so 10^5 grants are a hundred times the figure of a thousand.',
      "oidc-provider's codes are made by its models, without its authorization endpoint.",
    ],
  }
}
export default report
