// The measured process: builds every variant of a group, and tells its own CPU time when asked.
import type { AddressInfo } from 'node:net'
import type { BenchRequest, Group } from './group.js'

/** What the measured process says once it listens. */
export interface Listening {
  readonly ports: readonly number[]
  readonly requests: readonly (readonly BenchRequest[])[]
}

const { default: group } = (await import(process.argv[2] as string)) as { default: Group }
const ports: number[] = []
const requests: (readonly BenchRequest[])[] = []
for (const variant of group.variants) {
  const server = await variant.build()
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  ports.push((server.app.server.address() as AddressInfo).port)
  requests.push(server.requests)
}
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => process.exit())
process.send?.({ ports, requests } satisfies Listening)
