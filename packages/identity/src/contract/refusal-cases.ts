import { equal, ok } from 'node:assert/strict'
import type { MechanismContractCase } from './harness.js'
import { HOSTILE } from './hostile.js'
import { assertRefused, assertSecret, onStage } from './stage.js'

/** What a mechanism answers to a bad credential, and when it cannot tell. */
export const refusalCases: readonly MechanismContractCase[] = [
  {
    name: 'every bad credential is refused with a challenge, and leaves no identity',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get, outcome, identity }) => {
        const bad = await harness.bad(app, 'one')
        ok(bad.length > 0, 'the harness offers no bad credential')
        for (const each of bad) {
          const direct = await outcome('one', each)
          const kind = direct === null ? 'nothing' : Object.keys(direct).join()
          equal(kind, each.outcome ?? 'refusal', each.what)
          assertRefused(await get('/one', each), each.what)
          equal(identity(), null, each.what)
        }
      })
    },
  },
  {
    name: 'a bad credential is refused where none is needed, too',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get, identity }) => {
        for (const each of await harness.bad(app, 'one')) {
          const response = await get('/one/optional', each)
          if (each.outcome === 'nothing') equal(response.statusCode, 200, each.what)
          else assertRefused(response, each.what)
          equal(identity(), null, each.what)
        }
      })
    },
  },
  {
    name: 'hostile text in the place of a credential is refused, never an error',
    async run(harness) {
      await onStage(harness, ['one'], async ({ get, identity, transcript }) => {
        for (const [what, text] of HOSTILE) {
          assertRefused(await get('/one', harness.present(text, 'one')), what)
          equal(identity(), null, what)
        }
        assertSecret(['hostile-'], transcript(), 'the log')
      })
    },
  },
  {
    name: 'a good credential with something around it is refused',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get }) => {
        const { secrets } = await harness.valid(app, 'one')
        const secret = secrets[0]
        ok(secret !== undefined, 'the harness names no secret of a good credential')
        for (const text of [`${secret}x`, `x${secret}`, `${secret}\u0000`, `${secret},${secret}`]) {
          assertRefused(await get('/one', harness.present(text, 'one')), 'changed')
        }
      })
    },
  },
  {
    name: 'an outage is 503 with Retry-After: no refusal, no identity',
    async run(harness) {
      if (harness.outage === undefined) return
      await onStage(harness, ['one'], async ({ app, get, outcome, identity }) => {
        const good = await harness.valid(app, 'one')
        await harness.outage?.(app, 'one')
        const direct = await outcome('one', good)
        ok(direct !== null && 'unavailable' in direct, `it answered ${JSON.stringify(direct)}`)
        for (const path of ['/one', '/one/optional']) {
          const response = await get(path, good)
          equal(response.statusCode, 503)
          ok(/^\d+$/.test(String(response.headers['retry-after'])), 'no Retry-After')
          equal(response.headers['www-authenticate'], undefined)
          equal(identity(), null)
        }
      })
    },
  },
  {
    name: 'no credential, good or bad, is in a log line, an event or a response',
    async run(harness) {
      await onStage(harness, ['one'], async ({ app, get, transcript }) => {
        const all = [await harness.valid(app, 'one'), ...(await harness.bad(app, 'one'))]
        const bodies: string[] = []
        for (const each of all) {
          const response = await get('/one', each)
          bodies.push(response.body, JSON.stringify(response.headers['www-authenticate'] ?? ''))
        }
        const secrets = all.flatMap((each) => each.secrets)
        ok(transcript().includes('incoming request'), 'the log was not seen')
        assertSecret(secrets, transcript(), 'the log')
        assertSecret(secrets, bodies.join('\n'), 'a response')
      })
    },
  },
]
