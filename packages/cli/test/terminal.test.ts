import { spawn } from 'node:child_process'
import t from 'tap'
import { bin, fixtures } from './fixtures/call.js'

/** Calls the command on a pseudo terminal, and types an answer once it asks. */
function onTerminal(argv: string, question: string, answer: string) {
  return new Promise<{ readonly code: number | null; readonly seen: string }>((resolve, reject) => {
    const line = `'${process.execPath}' '${bin}' ${argv}`
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: fixtures,
      env: { ...process.env, LATCHKEY_APP: 'shop.js' },
    })
    let seen = ''
    let isAnswered = false
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (isAnswered || !seen.includes(question)) return
      isAnswered = true
      child.stdin.write(answer)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, seen }))
  })
}

const revoke = 'keys revoke --owner user:u1'

t.test('destruction is asked about on a terminal', async (t) => {
  const no = await onTerminal(revoke, '[y/N]', 'n\r')
  t.equal(no.code, 1)
  t.match(no.seen, 'Declined: nothing was done')
  const yes = await onTerminal(revoke, '[y/N]', 'y\r')
  t.equal(yes.code, 0)
  t.match(yes.seen, 'Revoked all keys of "user:u1".')
})

t.test('what is typed as a token is not seen', async (t) => {
  const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.hidden`
  const { code, seen } = await onTerminal('tokens decode', 'Token: ', `${token}\r`)
  t.equal(code, 0)
  t.match(seen, 'header {')
  t.notMatch(seen, 'hidden')
})
