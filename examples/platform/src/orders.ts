import type { Json, Store } from '@latchkey/store'

/** What somebody wants to have. */
export interface Order {
  readonly id: number
  readonly item: string
  /** The subject who ordered it. */
  readonly buyer: string
  readonly status: 'open' | 'sent' | 'cancelled'
  /** Seconds. */
  readonly orderedAt: number
}

/** The orders of everybody. */
export interface OrderBook {
  add(buyer: string, item: string, status?: Order['status']): Promise<Order>
  find(id: number): Promise<Order | null>
  /** The newest first. */
  list(): Promise<readonly Order[]>
  /** @returns The order as it is now, or `null` when there is none. */
  cancel(id: number): Promise<Order | null>
}

const INDEX = 'platform:orders'
const FOREVER = 99_999_999_999

const keyOf = (id: number): string => `platform:order:${id}`

/** Keeps orders in the store; a real application keeps them in its own table. */
export function createOrderBook(store: Store): OrderBook {
  async function find(id: number): Promise<Order | null> {
    return ((await store.get(keyOf(id)))?.value ?? null) as Order | null
  }

  return {
    find,
    async add(buyer, item, status = 'open') {
      const { value: id } = await store.increment(INDEX, 1, { expiresAt: FOREVER })
      const order: Order = { id, item, buyer, status, orderedAt: Math.floor(Date.now() / 1000) }
      await store.create(keyOf(id), { ...order } as Json)
      await store.link(INDEX, String(id), FOREVER)
      return order
    },
    async list() {
      const { members } = await store.list(INDEX, { limit: 1000 })
      const found = await Promise.all(members.map((id) => find(Number(id))))
      return found.flatMap((order) => order ?? []).sort((one, other) => other.id - one.id)
    },
    async cancel(id) {
      const record = await store.get(keyOf(id))
      if (record === null) return null
      const order = { ...(record.value as unknown as Order), status: 'cancelled' } as const
      await store.replace(keyOf(id), record.version, { ...order } as Json)
      return find(id)
    },
  }
}
