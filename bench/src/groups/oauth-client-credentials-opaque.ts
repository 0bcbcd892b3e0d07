import type { Group } from '../group.js'
import { bare, nodeOauth, oidcProvider, ours, tokenRequest } from '../oauth-peers.js'

const requests = [tokenRequest()]
const group: Group = {
  title: 'A client gets a token for itself: opaque',
  settings: 'client_secret_basic, the memory of the process, one resource',
  variants: [
    { name: 'bare', role: 'bare', build: () => bare(tokenRequest()) },
    {
      name: 'latchkey',
      role: 'ours',
      build: async () => ({ app: await ours('opaque'), requests }),
    },
    {
      name: 'oidc-provider',
      role: 'peer',
      build: async () => ({ app: (await oidcProvider('opaque')).app, requests }),
    },
    {
      name: '@node-oauth/oauth2-server',
      role: 'peer',
      build: async () => ({ app: await nodeOauth(), requests }),
    },
  ],
}
export default group
