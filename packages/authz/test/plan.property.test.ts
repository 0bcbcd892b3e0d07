import fc from 'fast-check'
import tap from 'tap'
import { toPredicate } from '../src/index.js'
import * as random from './fixtures/random.js'

tap.test('a plan lets through the rows for which the answer is yes', async (t) => {
  let yes = 0
  let no = 0
  fc.assert(
    fc.property(
      random.definition,
      random.identity,
      fc.array(fc.oneof(random.row, random.oddRow), { minLength: 1, maxLength: 4 }),
      (definition, identity, rows) => {
        const policy = random.compile(definition)
        const predicate = toPredicate(
          policy.plan({ identity, permission: 'item.read', type: 'item' }),
        )
        for (const row of rows) {
          const can = policy.can(identity, 'item.read', row)
          if (can) yes++
          else no++
          if (predicate(row) !== can) return false
        }
        return true
      },
    ),
    { numRuns: random.CASES },
  )
  t.comment(`${yes} yes, ${no} no`)
  t.ok(random.CASES < 1000 || Math.min(yes, no) > random.CASES / 20, 'both answers are common')
})

tap.test('the order of rules changes no decision', async (t) => {
  fc.assert(
    fc.property(
      random.definition.chain((definition) =>
        fc.tuple(
          fc.constant(definition),
          fc.shuffledSubarray([...(definition.rules ?? [])], {
            minLength: definition.rules?.length ?? 0,
          }),
        ),
      ),
      random.identity,
      random.row,
      ([definition, rules], identity, object) => {
        const question = { identity, permission: 'item.read', type: 'item', object }
        const one = random.compile(definition).explain(question)
        const other = random.compile({ ...definition, rules }).explain(question)
        return JSON.stringify(one) === JSON.stringify(other)
      },
    ),
    { numRuns: random.part(4) },
  )
  t.pass('same effect, same reason, same words')
})

tap.test(
  'a rule that forbids outweighs all others, and without rules all is forbidden',
  async (t) => {
    fc.assert(
      fc.property(
        random.definition,
        random.identity,
        random.row,
        (definition, identity, object) => {
          const rules = [...(definition.rules ?? []), { id: 'last', deny: 'item.read' }]
          const forbidding = random.compile({ ...definition, rules })
          const bare = random.compile({ resources: definition.resources ?? {} })
          const question = { identity, permission: 'item.read', type: 'item', object }
          return (
            forbidding.evaluate(question).reason === 'forbidden' &&
            forbidding.plan(question).kind === 'never' &&
            !bare.can(identity, 'item.read', object) &&
            bare.plan(question).kind === 'never'
          )
        },
      ),
      { numRuns: random.part(10) },
    )
    t.pass('no allow survives a deny')
  },
)

tap.test('what an explanation says agrees with the decision', async (t) => {
  fc.assert(
    fc.property(random.definition, random.identity, random.row, (definition, identity, object) => {
      const policy = random.compile(definition)
      const question = { identity, permission: 'item.edit', type: 'item', object }
      const verdict = policy.evaluate(question)
      const explanation = policy.explain(question)
      const isForbidden = verdict.reason === 'forbidden'
      return (
        explanation.effect === verdict.effect &&
        explanation.reason === verdict.reason &&
        (verdict.effect === 'allow' || isForbidden) === explanation.matched.length > 0 &&
        verdict.rules.every(
          (rule) =>
            explanation.matched.includes(rule) ||
            explanation.candidates.some((each) => each.rule === rule),
        )
      )
    }),
    { numRuns: random.part(4) },
  )
  t.pass('explanations are true')
})

tap.test(
  'who is refused before the object is known would be refused for every object',
  async (t) => {
    fc.assert(
      fc.property(
        random.definition,
        random.identity,
        random.row,
        (definition, identity, object) => {
          const policy = random.compile(definition)
          const foreseen = policy.foresee(identity, 'item.read')
          return foreseen === null || !policy.can(identity, 'item.read', object)
        },
      ),
      { numRuns: random.part(4) },
    )
    t.pass('nobody is refused too early')
  },
)
