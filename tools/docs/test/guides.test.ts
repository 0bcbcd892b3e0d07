import { readdirSync, readFileSync } from 'node:fs'
import { testFences } from '@latchkey/fences'
import t from 'tap'

const docs = new URL('../../../docs/', import.meta.url)

for (const name of readdirSync(docs).filter((file) => file.endsWith('.md'))) {
  const file = new URL(name, docs)
  if (!readFileSync(file, 'utf8').includes('\n```ts\n')) continue
  t.test(`the programs in ${name} run`, { timeout: 240_000 }, async (t) =>
    testFences(t as unknown as Parameters<typeof testFences>[0], file),
  )
}
