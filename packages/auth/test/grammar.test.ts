import t from 'tap'
import type { RouteAuth } from '../src/index.js'
import { createApp, whoami } from './fixtures/app.js'

for (const [what, config, message] of [
  ['true', true, 'it is true; write "public" for a route that is open to everybody'],
  ['false', false, 'it is false; write "public" for a route that is open to everybody'],
  ['null', null, 'it is null; write "public" for a route that is open to everybody'],
  ['a number', 5, 'write the name of a mechanism, an array, { any: [...] } or { all: [...] }'],
  ['an empty name', '', 'write the name of a mechanism'],
  ['an empty list', [], '"any" is not an array with at least one member'],
  ['requirements without a plan', { scopes: ['x'] }, 'write the name of a mechanism, an array'],
  ['any beside all', { any: ['bearer'], all: ['badge'] }, 'write the name of a mechanism'],
  ['"public" in a list', ['bearer', 'public'], '"public" stands alone; for a route that also'],
  [
    'a requirement that a typo left undefined',
    { any: ['bearer'], scopes: undefined },
    '"scopes" is undefined; a requirement without a value would ask for nothing',
  ],
  ['an optional that is no boolean', { any: ['bearer'], optional: 1 }, '"optional" is not true'],
] as const) {
  t.test(`config.auth that is ${what} fails where it is written`, async (t) => {
    const app = await createApp()
    t.throws(() => app.get('/', { config: { auth: config as unknown as RouteAuth } }, whoami), {
      code: 'LATCHKEY_AUTH_INVALID_ROUTE',
      message: new RegExp(
        `^Cannot declare GET /: "config.auth" is wrong. Cannot read the plan: .*${escapeRegExp(message)}`,
      ),
    })
  })
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
