import type { Identity } from '@latchkey/identity'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'

/** Makes the server of one request: its tools know who calls. */
export function createTools(identity: Identity): McpServer {
  const server = new McpServer({ name: 'latchkey-example', version: '0.0.0' })
  server.registerTool(
    'whoami',
    { description: 'Says who you are, and through which client' },
    () => {
      const { subject, clientId, scopes } = identity
      const text = JSON.stringify({ subject, clientId, scopes: [...scopes] })
      return { content: [{ type: 'text', text }] }
    },
  )
  return server
}
