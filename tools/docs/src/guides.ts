/** The guides, in the order in which they are read: a file of docs/ that is missing here is a fault. */
export const guides: readonly (readonly [title: string, files: readonly string[]])[] = [
  ['Start', ['README', 'which-mechanism', 'five-minutes']],
  [
    'Mechanisms',
    ['api-keys', 'sessions', 'jwt', 'oauth-server', 'oauth-client', 'mcp', 'authorization'],
  ],
  ['Together', ['combining', 'credential-matrix', 'revocation-windows', 'security-model']],
  ['Running it', ['deploying', 'command', 'performance']],
  [
    'Coming from',
    [
      'from-fastify-auth-and-jwt',
      'from-fastify-session',
      'from-fastify-passport',
      'from-express-passport',
    ],
  ],
]
