import { connect } from 'node:net'

/**
 * Asks a Redis server one thing, without a client library.
 *
 * @param words The command; words without blanks and line breaks.
 * @returns What it answered, undecoded, without the last line break.
 */
export function askRedis(port: number, words: readonly (string | number)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let answer = ''
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')))
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      answer += chunk
    })
    socket.once('error', reject)
    socket.once('close', () => {
      const text = answer.trimEnd()
      if (text.startsWith('-')) reject(new Error(text))
      else resolve(text)
    })
    // A server closes once it has answered; Sentinels know no QUIT.
    socket.end(`${words.join(' ')}\r\n`)
  })
}
