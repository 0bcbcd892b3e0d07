import type { FastifyInstance } from 'fastify'
import type { BenchRequest, BenchServer, Group } from '../group.js'
import {
  bare,
  codeRequest,
  inject,
  oidcProvider,
  ours,
  post,
  providerCodeRequest,
} from '../oauth-peers.js'

async function refreshing(app: FastifyInstance, redeem: BenchRequest): Promise<BenchServer> {
  const { refresh_token } = (await inject(app, redeem)).json()
  return { app, requests: [post('/token', { grant_type: 'refresh_token', refresh_token })] }
}

const group: Group = {
  title: 'A refresh token is used: an opaque access token and an ID token',
  settings: 'no rotation, so that one request can be sent again; ES256, the memory of the process',
  variants: [
    { name: 'bare', role: 'bare', build: () => bare(post('/token', { refresh_token: 'x' })) },
    {
      name: 'latchkey',
      role: 'ours',
      async build() {
        const app = await ours('opaque')
        return refreshing(app, await codeRequest(app))
      },
    },
    {
      name: 'oidc-provider',
      role: 'peer',
      async build() {
        const { app, provider } = await oidcProvider('opaque')
        return refreshing(app, await providerCodeRequest(provider))
      },
    },
  ],
}
export default group
