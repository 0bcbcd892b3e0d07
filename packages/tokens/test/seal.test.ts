import t from 'tap'
import { prepareSeal, randomBase64url, singleFlight } from '../src/index.js'

const [older, newer] = [{ secret: randomBase64url(32) }, { secret: randomBase64url(32) }]

t.test('what was closed opens again, in its place only', async (t) => {
  const seal = prepareSeal([newer])
  const sealed = seal.close('private ä', 'key 1')
  t.equal(seal.open(sealed, 'key 1'), 'private ä')
  t.equal(seal.open(sealed, 'key 2'), null, 'moved to another record')
  t.notOk(sealed.includes('private'))
  t.not(seal.close('private ä', 'key 1'), sealed, 'never twice the same')
})

t.test('what was changed, cut or closed by others does not open', async (t) => {
  const seal = prepareSeal([newer])
  const sealed = seal.close('private', 'key')
  for (let index = 0; index < sealed.length; index += 1) {
    const changed =
      sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1)
    t.equal(seal.open(changed, 'key'), null, String(index))
  }
  for (const text of ['', 'x', sealed.slice(0, 7), sealed.slice(0, 20), `${sealed}AAAA`]) {
    t.equal(seal.open(text, 'key'), null)
  }
  t.equal(prepareSeal([older]).open(sealed, 'key'), null)
})

t.test('after a rotation of the secret old seals open', async (t) => {
  const sealed = prepareSeal([older]).close('private', 'key')
  t.equal(prepareSeal([newer, older]).open(sealed, 'key'), 'private')
  t.throws(() => prepareSeal([]), { code: 'LATCHKEY_TOKENS_INVALID_KEYS' })
})

t.test('calls that meet share one run, and its failure', async (t) => {
  let runs = 0
  const run = singleFlight(async () => {
    runs += 1
    if (runs === 2) throw new Error('second')
    return runs
  })
  t.same(await Promise.all([run(), run(), run()]), [1, 1, 1])
  await Promise.all([t.rejects(run(), { message: 'second' }), t.rejects(run())])
  t.equal(await run(), 3)
})
