import { testFences } from '@latchkey/fences'
import t from 'tap'

await testFences(t, new URL('../README.md', import.meta.url))
