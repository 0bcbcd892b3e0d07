import t from 'tap'
import { createLog } from '../src/log.js'

t.test('positions grow, and removed entries are passed over', async (t) => {
  const log = createLog<string>()
  t.equal(log.after(0), undefined)
  const [one, two, three] = ['one', 'two', 'three'].map((item) => log.append(item))
  t.equal(log.head, 3)
  if (two !== undefined) log.remove(two)
  t.equal(log.size, 2)
  t.equal(log.after(0), one)
  t.equal(log.after(1), three)
  t.equal(log.after(3), undefined)
})

t.test('a log that lost most of its entries gives up their places', async (t) => {
  const log = createLog<number>()
  const entries = Array.from({ length: 1000 }, (_, place) => log.append(place))
  for (const entry of entries.slice(0, 990)) log.remove(entry)
  t.equal(log.size, 10)
  t.equal(log.after(0)?.item, 990)
  t.equal(log.after(995)?.item, 995)
  t.equal(log.append(1000).position, 1001)
})
