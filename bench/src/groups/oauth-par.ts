import type { Group } from '../group.js'
import { bare, oidcProvider, ours, pushRequest } from '../oauth-peers.js'

const group: Group = {
  title: 'An authorization request is pushed',
  settings: 'client_secret_basic, the memory of the process, PKCE',
  variants: [
    { name: 'bare', role: 'bare', build: () => bare(pushRequest('/par')) },
    {
      name: 'latchkey',
      role: 'ours',
      build: async () => ({ app: await ours('ES256'), requests: [pushRequest('/par')] }),
    },
    {
      name: 'oidc-provider',
      role: 'peer',
      build: async () => ({
        app: (await oidcProvider('ES256')).app,
        requests: [pushRequest('/request')],
      }),
    },
  ],
}
export default group
