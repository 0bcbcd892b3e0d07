import t from 'tap'
import { decideRefresh, type Grant } from '../src/grant.js'

const lives = { idleLifetime: 100, grace: 10 }
const grant: Grant = {
  id: 'g',
  subject: 'u',
  details: {},
  generation: 5,
  createdAt: 0,
  rotatedAt: 1000,
  expiresAt: 1050,
  ended: null,
}

t.test(
  'a refresh token is judged by its generation, its age and what became of its grant',
  async (t) => {
    const rows: [string, Partial<Grant>, number, number, object][] = [
      ['the current one', {}, 5, 1001, { next: { ...grant, generation: 6, rotatedAt: 1001 } }],
      ['the one before, within the grace', {}, 4, 1009.9, { again: grant }],
      ['the one before, at the end of the grace', {}, 4, 1010, { reused: grant }],
      ['two before, within the grace', {}, 3, 1001, { reused: grant }],
      ['one that was not made yet', {}, 6, 1001, { refused: 'unknown-generation' }],
      ['of an ended grant', { ended: 'logout' }, 5, 1001, { refused: 'ended' }],
      ['of an old grant', {}, 5, 1050, { refused: 'expired' }],
      ['of an idle grant', { expiresAt: 9999 }, 5, 1100, { refused: 'expired' }],
      ['of an old grant, reused', {}, 1, 1050, { refused: 'expired' }],
    ]
    for (const [what, change, generation, now, expected] of rows) {
      t.same(decideRefresh({ ...grant, ...change }, generation, lives, now), expected, what)
    }
  },
)
