import { testFences } from '@latchkey/fences'
import t from 'tap'

const readme = new URL('../README.md', import.meta.url)

t.test('the programs in the README run', { timeout: 240_000 }, async (t) =>
  testFences(t as unknown as Parameters<typeof testFences>[0], readme),
)
