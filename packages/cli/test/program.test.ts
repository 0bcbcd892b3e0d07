import { fileURLToPath } from 'node:url'
import t from 'tap'
import { callProcess } from './fixtures/call.js'

/** The source of the command, by the loader that runs this test. */
const command = [...process.execArgv, fileURLToPath(new URL('../src/bin.ts', import.meta.url))]

t.test('the command runs as a process', async (t) => {
  const { code, out, err } = await callProcess(['report', 'exported.cjs'], { command })
  t.equal(code, 0)
  t.match(out, /GET, HEAD +\/function +undecided/)
  t.match(err, 'not registered')
})

t.test('an application that fails behind our back ends it in words', async (t) => {
  const { code, out, err } = await callProcess(['report', 'failing.js'], { command })
  t.equal(code, 3)
  t.equal(out, '')
  t.equal(err, 'latchkey: The application failed: the connection was lost\n')
})

t.test('an application that ends the process does not look like success', async (t) => {
  const { code, out, err } = await callProcess(['report', 'ending.js'], { command })
  t.equal(code, 3)
  t.equal(out, '')
  t.match(err, 'The application ended the process')
})

t.test('a signal ends it with its application', async (t) => {
  let isSent = false
  const { code, out } = await callProcess(['report', 'hanging.js'], {
    command,
    onOutput(text, child) {
      if (isSent || !text.includes('hanging')) return
      isSent = true
      child.kill('SIGTERM')
    },
  })
  t.equal(code, 143)
  t.equal(out, '')
})
