import { Agent, request as sendHttp } from 'node:http'

/** One request that a program has sent, as its page shows it. */
export interface Exchange {
  readonly what: string
  readonly line: string
  readonly status: number
  /** Milliseconds. */
  readonly took: number
  /** The process that answered. */
  readonly process: string
  /** What the answer says of an error; empty otherwise. */
  readonly error: string
}

/** An answer, with how it came. */
export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly exchange: Exchange
}

/** What to send. */
export interface Call {
  /** What it is for, in words. */
  readonly what: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, parameters as a form. */
  readonly body?: object | URLSearchParams
}

// Every request takes a connection of its own, so that any of several processes may answer it.
const agent = new Agent({ keepAlive: false })

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** What an answer says went wrong: its challenge, or the error of its body. */
function errorOf(challenge: string, json: Readonly<Record<string, unknown>>): string {
  const inChallenge = /error="([^"]*)"/.exec(challenge)?.[1]
  return inChallenge ?? (typeof json.error === 'string' ? json.error : String(json.message ?? ''))
}

/** Sends requests to the platform as any program would: over HTTP. */
export function createCaller(origin: string): (call: Call) => Promise<Answer> {
  return ({ what, method, path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const isForm = body instanceof URLSearchParams
      const payload = body === undefined ? undefined : isForm ? String(body) : JSON.stringify(body)
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
      const begun = performance.now()
      const sent = sendHttp(
        new URL(path, origin),
        {
          method,
          agent,
          timeout: 10_000,
          headers: { ...headers, ...(payload === undefined ? {} : { 'content-type': type }) },
        },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (part: string) => {
            text += part
          })
          answer.on('error', reject)
          answer.on('end', () => {
            const status = answer.statusCode ?? 0
            const json = parseObject(text)
            const challenge = String(answer.headers['www-authenticate'] ?? '')
            const exchange = {
              what,
              line: `${method} ${path}`,
              status,
              took: performance.now() - begun,
              process: String(answer.headers['x-process'] ?? ''),
              error: status < 400 ? '' : errorOf(challenge, json),
            }
            resolve({ status, json, exchange })
          })
        },
      )
      sent.on('timeout', () => sent.destroy(new Error('no answer within 10 seconds')))
      sent.on('error', reject)
      sent.end(payload)
    })
}
