import { type Finding, fault } from './finding.js'
import { type Question, type Reply, readObject, type Transport } from './transport.js'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** What no client sends, and every server is sent. */
const garbage: readonly (readonly [string, Omit<Question, 'url'>])[] = [
  ['an unknown grant type', { method: 'POST', headers: form, body: 'grant_type=doctor' }],
  ['an empty form', { method: 'POST', headers: form, body: '' }],
  [
    'an unknown client',
    {
      method: 'POST',
      headers: { ...form, authorization: 'Basic ZG9jdG9yOmRvY3Rvcg==' },
      body: 'grant_type=client_credentials',
    },
  ],
  [
    'a broken escape',
    { method: 'POST', headers: form, body: 'grant_type=%E0%A4%A&code=%00&code=2' },
  ],
  [
    'JSON that is none',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"grant_type":' },
  ],
]

function checkReply(what: string, reply: Reply | null): Finding[] {
  if (reply === null || reply.status >= 500) {
    const found = `the token endpoint answers ${what} with ${reply === null ? 'nothing' : reply.status}`
    const mend = 'Answer 400 or 401 with a JSON error: what a client sends must not break a server'
    return [fault('token-endpoint-breaks', found, mend)]
  }
  if (reply.status < 400) {
    const mend = 'Answer 400 or 401 with a JSON error (RFC 6749 §5.2)'
    return [
      fault(
        'token-endpoint-lenient',
        `the token endpoint answers ${what} with ${reply.status}`,
        mend,
      ),
    ]
  }
  const findings: Finding[] = []
  if (!/\bno-store\b/i.test(reply.header('cache-control') ?? '')) {
    const mend = 'Send "Cache-Control: no-store" with every answer, errors too (RFC 6749 §5.1)'
    findings.push(fault('token-error-cacheable', `its answer to ${what} may be cached`, mend))
  }
  if (typeof readObject(reply.body)?.error !== 'string') {
    const mend = 'Answer a JSON object with "error" (RFC 6749 §5.2)'
    findings.push(fault('token-error-shape', `its answer to ${what} is no OAuth error`, mend))
  }
  return findings
}

/** Sends the token endpoint what it must refuse. Nothing is issued. */
export async function checkTokenEndpoint(ask: Transport, url: string): Promise<Finding[]> {
  const findings = await Promise.all(
    garbage.map(async ([what, question]) => checkReply(what, await ask({ ...question, url }))),
  )
  const query = await ask({ url: `${url}${url.includes('?') ? '&' : '?'}grant_type=doctor` })
  if (query !== null && query.status < 400) {
    const mend = 'Take POST only: what is in a URL ends up in logs (RFC 6749 §3.2)'
    findings.push([fault('token-endpoint-get', 'the token endpoint answers GET', mend)])
  }
  return oncePerId(findings.flat())
}

/** One finding of a kind is enough: the others are the same fault. */
function oncePerId(findings: readonly Finding[]): Finding[] {
  return findings.filter((each, index) => findings.findIndex(({ id }) => id === each.id) === index)
}
