import type { Group } from '../group.js'
import { bare, oidcProvider, ours, tokenRequest } from '../oauth-peers.js'

const requests = [tokenRequest()]
const group: Group = {
  title: 'A client gets a token for itself: ES256',
  settings: 'client_secret_basic, the memory of the process, one resource',
  variants: [
    { name: 'bare', role: 'bare', build: () => bare(tokenRequest()) },
    { name: 'latchkey', role: 'ours', build: async () => ({ app: await ours('ES256'), requests }) },
    {
      name: 'oidc-provider',
      role: 'peer',
      build: async () => ({ app: (await oidcProvider('ES256')).app, requests }),
    },
  ],
}
export default group
