import type { FastifyInstance } from 'fastify'

/** What a strict client asks. */
export interface Question {
  readonly method?: 'GET' | 'POST' | 'OPTIONS'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What it is answered. */
export interface Reply {
  readonly status: number
  header(name: string): string | null
  /** Every `Set-Cookie`. */
  readonly cookies: readonly string[]
  readonly body: string
}

/** Asks a server, without following redirects. @returns `null` when there is no answer. */
export type Transport = (question: Question) => Promise<Reply | null>

const seconds = 10
const mostCharacters = 1_048_576

/** Asks over the network. */
export const overNetwork: Transport = async ({ method = 'GET', url, headers, body }) => {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(seconds * 1000),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    })
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      cookies: response.headers.getSetCookie(),
      body: (await response.text()).slice(0, mostCharacters),
    }
  } catch {
    return null
  }
}

/**
 * Asks an application that does not listen, as if it did; what it does not know may be elsewhere.
 *
 * @param own The origin whose addresses are nowhere but in it, or `null`.
 */
export function intoApp(app: FastifyInstance, own: string | null): Transport {
  return async (question) => {
    const reply = await injectInto(app, question)
    if (reply.status !== 404 || new URL(question.url).origin === own) return reply
    return (await overNetwork(question)) ?? reply
  }
}

async function injectInto(app: FastifyInstance, question: Question): Promise<Reply> {
  const { method = 'GET', url, headers = {}, body } = question
  const { host, pathname, search } = new URL(url)
  const response = await app.inject({
    method,
    url: `${pathname}${search}`,
    headers: { host, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  })
  const cookies = [response.headers['set-cookie'] ?? []].flat()
  return {
    status: response.statusCode,
    header(name) {
      const value = response.headers[name]
      return value === undefined ? null : String(value)
    },
    cookies,
    body: response.body,
  }
}

/** Reads a JSON object. @returns `null` when it is none. */
export function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}

/** Whether a URL is one that nobody on the network can listen to. */
export function isPrivateToClient(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
