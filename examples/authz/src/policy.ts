import { and, caller, contains, definePolicy, eq, isOwner, lt, ne, or } from '@latchkey/authz'

/** Who may do what. Everything else of this example only asks. */
export const policy = definePolicy({
  resources: {
    document: {
      actions: ['read', 'edit', 'publish'],
      collection: ['create', 'list'],
      attributes: {
        id: 'string',
        tenant: 'string',
        owner: 'string',
        title: 'string',
        status: 'string',
        sharedWith: 'strings',
        budget: 'number',
      },
      owner: 'owner',
      // Nothing of another tenant is ever allowed, whatever the rules below say.
      tenant: 'tenant',
    },
  },
  roles: {
    reader: { permissions: ['document.list'] },
    writer: { inherits: ['reader'], permissions: ['document.create'] },
    chief: { inherits: ['writer'], permissions: ['document.read', 'document.edit'] },
  },
  rules: [
    {
      id: 'readers-read-what-is-open-to-them',
      allow: 'document.read',
      to: 'reader',
      when: or(eq('status', 'published'), contains('sharedWith', caller('subject'))),
      fields: ['id', 'tenant', 'owner', 'title', 'status'],
    },
    {
      id: 'owners-read-and-edit',
      allow: ['document.read', 'document.edit'],
      when: isOwner(),
    },
    {
      id: 'chiefs-publish-small-budgets',
      allow: 'document.publish',
      to: 'chief',
      when: and(lt('budget', 1000), ne('status', 'published')),
      assurance: { acr: ['mfa'] },
    },
    {
      id: 'published-is-final',
      deny: 'document.edit',
      when: eq('status', 'published'),
    },
    {
      id: 'nobody-changes-these',
      deny: 'document.edit',
      fields: ['id', 'tenant', 'owner', 'status'],
    },
  ],
})

declare module '@latchkey/authz' {
  interface AuthzTypes {
    policy: typeof policy
  }
}
