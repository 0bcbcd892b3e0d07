import Fastify from 'fastify'
import type { BenchServer, Group } from '../group.js'

async function build(): Promise<BenchServer> {
  const app = Fastify()
  app.get('/me', async () => ({ subject: 'u1' }))
  return { app, requests: [{ url: '/me' }] }
}

const group: Group = {
  title: 'Control: two bare servers',
  settings: 'Their difference is what this machine cannot tell apart.',
  variants: [
    { name: 'bare', role: 'bare', build },
    { name: 'bare again', role: 'peer', build },
  ],
}
export default group
