import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { OutboundError, OutboundUrlError } from './errors.js'
import { guardedLookup } from './guarded-lookup.js'
import { isPublicAddress } from './public-address.js'

/** Limits of calls to other servers. */
export interface OutboundOptions {
  /**
   * Hosts, as `name` or `name:port`, that may have private addresses. `http:` is possible only
   * with those of them that are loopback. Default: none.
   */
  readonly allowPrivate?: readonly string[]
  /** Seconds that a call may take in all. Default 5. */
  readonly timeout?: number
  /** Bytes that an answer may have. Default 262144. */
  readonly maxBytes?: number
  /** Certificates (PEM) to trust beside those of Node.js, for a private authority. */
  readonly ca?: string
}

/** What to send. */
export interface OutboundRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer, read to its end. */
export interface OutboundResponse {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Calls other servers, guarded: no private addresses, no redirects, no endless answers. */
export interface Outbound {
  /**
   * Refuses URLs that could never be called, at boot.
   *
   * @throws {FastifyError} `LATCHKEY_TOKENS_OUTBOUND_URL`
   */
  checkUrl(url: string, name: string): void
  /**
   * @returns An answer of any status but a redirect.
   * @throws {FastifyError} `LATCHKEY_TOKENS_OUTBOUND_FAILED`, the reason in its message.
   */
  request(url: string, request?: OutboundRequest): Promise<OutboundResponse>
  /** Ends idle connections. */
  close(): void
}

const loopbacks = new Set(['localhost', '127.0.0.1', '[::1]'])

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function findUrlProblem(text: string, isAllowed: (url: URL) => boolean): string | null {
  if (!URL.canParse(text)) return 'is no absolute URL'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'holds credentials'
  if (url.hash !== '') return 'has a fragment'
  if (url.protocol === 'http:') {
    if (!loopbacks.has(url.hostname)) return 'must use https:'
    if (!isAllowed(url)) return 'must use https:, or be allowed in "allowPrivate"'
  } else if (url.protocol !== 'https:') return 'must use https:'
  if (isIP(bare(url.hostname)) !== 0 && !isPublicAddress(bare(url.hostname)) && !isAllowed(url)) {
    return 'has a private address; allow its host in "allowPrivate" if that is meant'
  }
  return null
}

/** Prepares guarded calls to other servers. */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const { timeout = 5, maxBytes = 262_144, ca } = options
  const allowed = new Set(options.allowPrivate)
  const isAllowed = (url: URL) => allowed.has(url.hostname) || allowed.has(url.host)
  const trust = ca === undefined ? {} : { ca }
  const agents = {
    guarded: new HttpsAgent({ keepAlive: true, lookup: guardedLookup, ...trust }),
    allowed: new HttpsAgent({ keepAlive: true, ...trust }),
    plain: new HttpAgent({ keepAlive: true }),
  }

  function open(url: URL, request: OutboundRequest, signal: AbortSignal) {
    const { method = 'GET', headers = {} } = request
    const common = { method, headers, signal }
    if (url.protocol === 'http:') return httpRequest(url, { ...common, agent: agents.plain })
    const agent = isAllowed(url) ? agents.allowed : agents.guarded
    return httpsRequest(url, { ...common, agent })
  }

  return {
    checkUrl(url, name) {
      const problem = findUrlProblem(url, isAllowed)
      if (problem !== null) throw new OutboundUrlError(name, problem)
    },
    async request(text, request = {}) {
      const problem = findUrlProblem(text, isAllowed)
      if (problem !== null) throw new OutboundError(text, `it ${problem}`)
      const signal = AbortSignal.timeout(timeout * 1000)
      try {
        return await exchange(open(new URL(text), request, signal), request.body, maxBytes)
      } catch (error) {
        const reason = signal.aborted ? `no answer within ${timeout} seconds` : String(error)
        throw new OutboundError(text, reason, { cause: error })
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

async function exchange(
  outgoing: ReturnType<typeof httpRequest>,
  body: string | undefined,
  maxBytes: number,
): Promise<OutboundResponse> {
  const incoming = await new Promise<IncomingMessage>((answer, fail) => {
    outgoing.on('response', answer).on('error', fail).end(body)
  })
  const status = incoming.statusCode as number
  if (status >= 300 && status < 400) {
    outgoing.destroy()
    throw new Error(`a redirect (${status}), which is not followed`)
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > maxBytes) {
      outgoing.destroy()
      throw new Error(`an answer of more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return { status, headers: incoming.headers, body: Buffer.concat(chunks).toString() }
}
