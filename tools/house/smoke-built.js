// Starts the combined example as built, on whatever Node runs this, reads what it prints as a
// newcomer would, and sends one request with each credential.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { root } from './workspaces.js'

const port = await freePort()
const server = spawn(process.execPath, [join(root, 'examples/platform/dist/main.js')], {
  env: { ...process.env, PORT: String(port) },
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const printed = await readUntil(server.stdout, '/_latchkey')
  const origin = `http://127.0.0.1:${port}`
  const key = /API key +(\S+)/.exec(printed)?.[1]
  const token = /JWT +(\S+)/.exec(printed)?.[1]
  const password = /password (\S+)/.exec(printed)?.[1]
  const login = await fetch(`${origin}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'ada', password }),
  })
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0]
  await expectSubject(origin, { 'x-api-key': key }, 'export-service')
  await expectSubject(origin, { authorization: `Bearer ${token}` }, 'grace')
  await expectSubject(origin, { cookie }, 'ada')
  await expectSubject(origin, { 'x-api-key': `${key}x` }, undefined)
  console.log(`example: answers with three kinds of credential on Node ${process.versions.node}`)
} finally {
  server.kill()
}

async function expectSubject(origin, headers, subject) {
  const answer = await fetch(`${origin}/api/me`, { headers })
  const found = (await answer.json()).subject
  if (found !== subject)
    throw new Error(`${Object.keys(headers)}: ${answer.status}, not ${subject}`)
}

async function readUntil(stream, text) {
  let read = ''
  for await (const chunk of stream) {
    read += chunk
    if (read.includes(text)) return read
  }
  throw new Error(`the example ended early: ${read}`)
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}
