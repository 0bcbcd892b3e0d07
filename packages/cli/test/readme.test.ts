import { readFile } from 'node:fs/promises'
import { testFences } from '@latchkey/fences'
import t from 'tap'
import { commands } from '../src/commands/index.js'
import { errorCodes } from '../src/errors.js'
import { commonOptions } from '../src/help.js'

const file = new URL('../README.md', import.meta.url)

t.test('the README has every command, option and error, and no other', async (t) => {
  const text = await readFile(file, 'utf8')
  const sections = text.split(/^##+ /m)
  const optionsOf = (section: string): string[] =>
    [...section.matchAll(/^\| `--([a-z-]+)` \|/gm)].map(([, name = '']) => name)
  const documented = sections
    .map((section) => section.split('\n')[0])
    .filter((title) => commands.some(({ name }) => name === title))
  t.same(
    documented,
    commands.map(({ name }) => name),
  )
  for (const { name, options } of commands) {
    const section = sections.find((each) => each.startsWith(`${name}\n`)) ?? ''
    t.same(optionsOf(section), Object.keys(options), name)
  }
  const shared = sections.find((each) => each.startsWith('Commands\n')) ?? ''
  t.same(optionsOf(shared), Object.keys(commonOptions))
  const codes = [...text.matchAll(/^\| `(LATCHKEY_CLI_\w+)` \| (\d+) \|/gm)]
  t.same(Object.fromEntries(codes.map(([, code, exit]) => [code, Number(exit)])), errorCodes)
})

await testFences(t as unknown as Parameters<typeof testFences>[0], file)
