import { definePolicy, eq, isOwner } from '@latchkey/authz'

/** Every scope with what it means to a person, in words that follow "wants to". */
export const scopes = {
  'orders:read': 'See your orders',
  'orders:write': 'Place and cancel orders for you',
  'orders:export': 'See the orders of everybody',
} as const

/** The name of a scope. */
export type Scope = keyof typeof scopes

/** Who may do what. */
export const policy = definePolicy({
  scopes: Object.keys(scopes) as Scope[],
  // A person's session can do what their roles can; keys and tokens only what they were given.
  scopesFromRoles: ['session'],
  resources: {
    order: {
      actions: ['read', 'cancel'],
      attributes: { id: 'number', buyer: 'string', status: 'string' },
      owner: 'buyer',
    },
  },
  roles: {
    buyer: { scopes: ['orders:read', 'orders:write'] },
    admin: { inherits: ['buyer'], scopes: ['orders:export'], permissions: ['order.*'] },
  },
  rules: [
    { id: 'own-orders', allow: ['order.read', 'order.cancel'], when: isOwner() },
    { id: 'export', allow: 'order.read', scopes: ['orders:export'] },
    { id: 'sent-is-sent', deny: 'order.cancel', when: eq('status', 'sent') },
  ],
})

/** What somebody may give to a key of theirs: no more than they can do themselves. */
export function grantableScopes(roles: ReadonlySet<string>): readonly Scope[] {
  const isAdmin = roles.has('admin')
  return (Object.keys(scopes) as Scope[]).filter((scope) => isAdmin || scope !== 'orders:export')
}
