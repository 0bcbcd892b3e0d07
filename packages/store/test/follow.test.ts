import t from 'tap'
import { until } from '../src/contract/harness.js'
import { type FeedSource, followSource } from '../src/engine.js'
import type { FeedState } from '../src/index.js'

const unexpected = (): void => {
  throw new Error('This must not be called')
}

function sourceOf(entries: string[]) {
  const control = {
    isAway: false,
    rewinds: 0,
    isClosed: false,
    rewindTo: undefined as string | null | undefined,
  }
  let wake = (): void => {}
  const source: FeedSource = {
    async read(cursor, mayWait) {
      if (control.isAway) throw new Error('away')
      const start = cursor === null ? 0 : Number(cursor)
      if (mayWait && entries.length <= start) await new Promise<void>((resolve) => (wake = resolve))
      if (control.isAway) throw new Error('away')
      return entries
        .slice(start, start + 2)
        .map((text, place) => ({ text, cursor: String(start + place + 1) }))
    },
    async rewind(cursor) {
      control.rewinds++
      if (control.isAway) throw new Error('away')
      return control.rewindTo === undefined ? cursor : control.rewindTo
    },
    async close() {
      control.isClosed = true
      wake()
    },
  }
  return {
    control,
    source,
    append(text: string) {
      entries.push(text)
      wake()
    },
    fail() {
      control.isAway = true
      wake()
    },
  }
}

t.test('a source is followed through a failure, and nothing is missed', async (t) => {
  const { control, source, append, fail } = sourceOf(['1', '2', '3', '4', '5'])
  const heard: unknown[] = []
  const states: FeedState[] = []
  const stop = await followSource(
    source,
    '1',
    (entry) => heard.push(entry),
    (state) => states.push(state),
  )
  t.same(heard, [2, 3, 4, 5])
  t.same(states, ['live'])
  append('6')
  await until('the new entry came', () => heard.length === 5)
  fail()
  await until('it tried again', () => control.rewinds >= 2)
  t.equal(states.filter((state) => state === 'degraded').length, 1)
  append('7')
  append('8')
  append('9')
  control.isAway = false
  await until('it caught up', () => heard.length === 8)
  t.same(heard, [2, 3, 4, 5, 6, 7, 8, 9])
  await until('it is live', () => states.at(-1) === 'live')
  await stop()
  await stop()
  t.equal(control.isClosed, true)
})

t.test('a source may send its follower back', async (t) => {
  const { control, source, fail } = sourceOf(['1', '2'])
  const heard: unknown[] = []
  const stop = await followSource(
    source,
    null,
    (entry) => heard.push(entry),
    () => {},
  )
  control.rewindTo = null
  fail()
  control.isAway = false
  fail()
  await until('it tried again', () => control.rewinds >= 1)
  control.isAway = false
  await until('all came again', () => heard.length === 4)
  t.same(heard, [1, 2, 1, 2])
  await stop()
})

t.test('a source that fails at once is closed, and the failure told', async (t) => {
  const { control, source, fail } = sourceOf([])
  fail()
  await t.rejects(followSource(source, null, unexpected, unexpected), { message: 'away' })
  t.equal(control.isClosed, true)
})

t.test('a follower that stops while the source is away hears nothing more', async (t) => {
  const { control, source, fail } = sourceOf([])
  const states: FeedState[] = []
  const stop = await followSource(source, null, unexpected, (state) => states.push(state))
  fail()
  await until('it tried again', () => control.rewinds >= 1)
  await stop()
  control.isAway = false
  t.same(states, ['live', 'degraded'])
})

t.test('a follower that stops while it is called hears nothing more', async (t) => {
  const { source, append } = sourceOf([])
  const heard: unknown[] = []
  const states: FeedState[] = []
  let stopped: Promise<void> | undefined
  const stop = await followSource(
    source,
    null,
    (entry) => {
      heard.push(entry)
      stopped = stop()
    },
    (state) => states.push(state),
  )
  append('1')
  append('2')
  await until('it stopped', () => stopped !== undefined)
  await stopped
  t.same(heard, [1])
  t.same(states, ['live'])
})

t.test('a source that fails because it was closed is no failure', async (t) => {
  let failRead = (_error: Error): void => {}
  const states: FeedState[] = []
  const stop = await followSource(
    {
      read: async (_cursor, mayWait) =>
        mayWait ? new Promise((_resolve, reject) => (failRead = reject)) : [],
      rewind: async (cursor) => cursor,
      close: async () => failRead(new Error('closed')),
    },
    null,
    unexpected,
    (state) => states.push(state),
  )
  await stop()
  t.same(states, ['live'])
})
