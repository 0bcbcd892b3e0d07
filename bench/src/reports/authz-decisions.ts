import { type Contender, createContest } from '../authz-engines.js'
import type { Report } from '../group.js'

/** Decisions per second, everybody in turn in windows of a fraction of a second. */
const report: Report = async ({ smoke }) => {
  const seconds = smoke ? 0.005 : 0.2
  const rounds = smoke ? 1 : 9
  const rows: (string | number)[][] = []
  for (const rules of [10, 100, 1000]) {
    const { contenders, questions } = await createContest(rules)
    const times = new Map<Contender, number[]>(contenders.map((each) => [each, []]))
    for (let round = 0; round < rounds; round++) {
      for (const each of contenders) times.get(each)?.push(timeOf(each, questions, seconds))
    }
    const hand = median(times.get(contenders[0] as Contender) as number[])
    for (const each of contenders) {
      const time = median(times.get(each) as number[])
      rows.push([
        rules,
        each.name,
        Math.round(1e9 / time),
        Number((time / 1000).toPrecision(3)),
        Number((time / hand).toPrecision(3)),
      ])
    }
  }
  return {
    title: 'Decisions about an object',
    columns: ['rules', 'engine', 'decisions/s', 'us each', 'times by hand'],
    rows,
    notes: [
      'Two rules for each permission: editors where they are the owner, admins where the thing is open. 240 questions, answered alike by all.',
      'CASL: one ability per caller, built beforehand, subjects marked beforehand. Cedar: policies parsed beforehand. By hand: a switch over the permissions.',
    ],
  }
}
export default report

let sink = 0

/** @returns Nanoseconds for one decision. */
function timeOf(contender: Contender, questions: number, seconds: number): number {
  const start = process.hrtime.bigint()
  const end = start + BigInt(Math.round(seconds * 1e9))
  let count = 0
  let now = start
  while (now < end) {
    for (let at = 0; at < questions; at++) if (contender.decide(at)) sink++
    count += questions
    now = process.hrtime.bigint()
  }
  if (sink < 0) throw new Error('never')
  return Number(now - start) / count
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}
