import { connect, type Socket } from 'node:net'
import type { BenchRequest } from './group.js'

const CONNECTIONS = 8
const HEADER_END = Buffer.from('\r\n\r\n')

/** Sends requests over kept connections as fast as they are answered. */
export interface Load {
  /**
   * @param milliseconds How long to go on.
   * @returns How many were answered.
   * @throws {Error} When an answer is not 2xx.
   */
  run(milliseconds: number): Promise<number>
  close(): void
}

/**
 * Opens the connections of one variant. While a window runs the process spins instead of sleeping
 * in the poll: a sleeping generator charges wake-ups to the slower server.
 */
export async function openLoad(port: number, requests: readonly BenchRequest[]): Promise<Load> {
  const messages = requests.map(serialize)
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port)))
  let next = 0
  return {
    async run(milliseconds) {
      const end = performance.now() + milliseconds
      let isSpinning = true
      const spin = (): void => void (isSpinning && setImmediate(spin))
      spin()
      const counts = await Promise.all(
        sockets.map((socket) =>
          drive(socket, end, () => messages[next++ % messages.length] as Buffer),
        ),
      )
      isSpinning = false
      return counts.reduce((sum, count) => sum + count, 0)
    },
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.setNoDelay(true).once('error', reject)
  })
}

function drive(socket: Socket, end: number, message: () => Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let answered = 0
    let pending: Buffer = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const length = answerLength(pending)
      if (length === null || pending.length < length) return
      if (pending[9] !== 0x32) {
        socket.off('data', onData)
        return reject(new Error(`answered ${pending.toString('latin1', 0, 400)}`))
      }
      pending = pending.subarray(length)
      answered += 1
      if (performance.now() < end) return void socket.write(message())
      socket.off('data', onData)
      resolve(answered)
    }
    socket.on('data', onData)
    socket.write(message())
  })
}

function answerLength(bytes: Buffer): number | null {
  const end = bytes.indexOf(HEADER_END)
  if (end === -1) return null
  const length = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))
  return end + 4 + Number(length?.[1] ?? 0)
}

function serialize(request: BenchRequest): Buffer {
  const body = request.body ?? ''
  const headers = { host: '127.0.0.1', ...request.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}`)
  const start = `${request.method ?? 'GET'} ${request.url} HTTP/1.1`
  return Buffer.from(`${start}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
