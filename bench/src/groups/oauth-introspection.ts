import type { FastifyInstance } from 'fastify'
import type { BenchServer, Group } from '../group.js'
import { bare, inject, oidcProvider, ours, post, tokenRequest } from '../oauth-peers.js'

async function introspecting(app: FastifyInstance, url: string): Promise<BenchServer> {
  const token = (await inject(app, tokenRequest())).json().access_token
  return { app, requests: [post(url, { token })] }
}

const group: Group = {
  title: 'An opaque token is introspected',
  settings: 'client_secret_basic, the memory of the process, a token of the client itself',
  variants: [
    { name: 'bare', role: 'bare', build: () => bare(post('/introspect', { token: 'x' })) },
    {
      name: 'latchkey',
      role: 'ours',
      build: async () => introspecting(await ours('opaque'), '/introspect'),
    },
    {
      name: 'oidc-provider',
      role: 'peer',
      build: async () => introspecting((await oidcProvider('opaque')).app, '/token/introspection'),
    },
  ],
}
export default group
