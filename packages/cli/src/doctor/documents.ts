import { advice, type Finding, fault } from './finding.js'
import { type Reply, readObject, type Transport } from './transport.js'

/** What a server says of itself. */
export type Metadata = Readonly<Record<string, unknown>>

/** What was found where clients look for metadata. */
export interface Documents {
  /** `null` when no client finds any. */
  readonly metadata: Metadata | null
  readonly findings: readonly Finding[]
  /** Whether anything answered at all. */
  readonly isReachable: boolean
  readonly reply: Reply | null
}

/** Where RFC 8414 and OpenID Connect Discovery put the metadata of an issuer. */
export function metadataUrls(issuer: string): readonly [oauth: string, openid: string] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

interface Look {
  readonly url: string
  readonly reply: Reply | null
  readonly metadata: Metadata | null
  readonly findings: Finding[]
}

async function look(ask: Transport, url: string): Promise<Look> {
  const reply = await ask({ url })
  const findings: Finding[] = []
  if (reply === null || reply.status === 404) return { url, reply, metadata: null, findings }
  if (reply.status >= 300 && reply.status < 400) {
    findings.push(
      fault(
        'metadata-redirects',
        `${url} answers ${reply.status}, a redirect`,
        'Answer the metadata itself: strict clients do not follow (a redirect could lead to anybody)',
      ),
    )
    return { url, reply, metadata: null, findings }
  }
  const metadata = reply.status === 200 ? readObject(reply.body) : null
  if (metadata === null) {
    const what = reply.status === 200 ? 'no JSON object' : `${reply.status}`
    const mend = 'Answer 200 with the metadata as one JSON object (RFC 8414 §3.2)'
    findings.push(fault('metadata-unreadable', `${url} answers ${what}`, mend))
  }
  const type = reply.header('content-type') ?? 'no content type'
  if (metadata !== null && !/^application\/json\s*(;|$)/i.test(type)) {
    findings.push(
      fault(
        'metadata-content-type',
        `${url} is sent as "${type}"`,
        'Send it as application/json (RFC 8414 §3.2)',
      ),
    )
  }
  return { url, reply, metadata, findings }
}

const mustAgree = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'code_challenge_methods_supported',
] as const

function compare(one: Metadata, other: Metadata): Finding[] {
  const different = mustAgree.filter(
    (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
  )
  if (different.length === 0) return []
  return [
    fault(
      'metadata-disagree',
      `the two metadata documents differ in ${different.join(', ')}`,
      'Answer the same at both addresses: which one a client reads is its own choice',
    ),
  ]
}

/** Looks for metadata where clients do. */
export async function findDocuments(ask: Transport, issuer: string): Promise<Documents> {
  const looks = await Promise.all(metadataUrls(issuer).map((url) => look(ask, url)))
  const found = looks.filter(({ metadata }) => metadata !== null)
  const [first, second] = found
  const findings = looks.flatMap((each) => each.findings)
  if (first?.metadata && second?.metadata)
    findings.push(...compare(first.metadata, second.metadata))
  const isReachable = looks.some(({ reply }) => reply !== null)
  const missing = looks.filter(({ reply }) => reply === null || reply.status === 404)
  if (isReachable && missing.length === looks.length) {
    const where = missing.map(({ url }) => url).join(' nor ')
    const mend = 'Answer the metadata there, or check the issuer: its path belongs into the address'
    findings.push(fault('metadata-missing', `there is neither ${where}`, mend))
  } else if (first !== undefined && missing.length > 0) {
    findings.push(
      advice(
        'metadata-one-address',
        `${missing[0]?.url} does not exist`,
        'Answer at both addresses: some clients look at one only',
      ),
    )
  }
  const reply = first?.reply ?? null
  return { metadata: first?.metadata ?? null, findings, isReachable, reply }
}
