import { type Finding, fault } from './finding.js'
import type { Reply, Transport } from './transport.js'

const elsewhere = 'https://doctor.invalid'

function checkRedirect(reply: Reply): Finding[] {
  const location = reply.header('location')
  if (location === null || !location.startsWith(elsewhere)) return []
  return [
    fault(
      'open-redirect',
      'the authorization endpoint redirects an unknown client wherever it asks',
      'Show an error page unless client and redirect URI are known (RFC 6749 §4.1.2.1)',
    ),
  ]
}

function checkFraming(reply: Reply): Finding[] {
  const isPage = /^text\/html/i.test(reply.header('content-type') ?? '')
  const policy = reply.header('content-security-policy') ?? ''
  const frames = reply.header('x-frame-options')
  if (!isPage || /frame-ancestors\s+'none'/.test(policy) || /^deny$/i.test(frames ?? '')) return []
  return [
    fault(
      'page-framable',
      'pages of the authorization endpoint may be shown within other sites',
      `Send "Content-Security-Policy: frame-ancestors 'none'" (RFC 9700 §4.16)`,
    ),
  ]
}

function checkCookie(line: string): Finding[] {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const name = pair.slice(0, pair.indexOf('='))
  const has = (attribute: string): boolean =>
    attributes.some((each) => each.toLowerCase().startsWith(attribute))
  const findings: Finding[] = []
  if (!/^__(Host|Secure)-/.test(name)) {
    const mend = `Call it "__Host-${name}", with Secure and Path=/, so that no other host can plant it`
    findings.push(fault('cookie-prefix', `the cookie "${name}" has no prefix`, mend))
  }
  if (!has('secure') || !has('httponly') || !has('samesite')) {
    const mend = 'Send it with Secure, HttpOnly and SameSite'
    findings.push(fault('cookie-attributes', `the cookie "${name}" lacks attributes`, mend))
  }
  return findings
}

/** Goes where browsers are sent, as an unknown client. */
export async function checkAuthorizationEndpoint(ask: Transport, url: string): Promise<Finding[]> {
  const query = new URLSearchParams({
    client_id: 'latchkey-doctor',
    response_type: 'code',
    redirect_uri: `${elsewhere}/callback`,
    state: 'doctor',
  })
  const reply = await ask({ url: `${url}${url.includes('?') ? '&' : '?'}${query}` })
  if (reply === null || reply.status >= 500) {
    const found = `the authorization endpoint answers an unknown client with ${reply?.status ?? 'nothing'}`
    const mend = 'Answer 400 with a page that says what is wrong'
    return [fault('authorization-endpoint-breaks', found, mend)]
  }
  // Browsers take no `Secure` cookie, and so no prefix, over plain HTTP.
  const cookies = url.startsWith('https:') ? reply.cookies : []
  return [...checkRedirect(reply), ...checkFraming(reply), ...cookies.flatMap(checkCookie)]
}

/** Asks as a page of another site would. */
export async function checkCors(ask: Transport, urls: readonly string[]): Promise<Finding[]> {
  const headers = { origin: elsewhere, 'access-control-request-method': 'POST' }
  const replies = await Promise.all(
    urls.flatMap((url) => [
      ask({ url, headers: { origin: elsewhere } }),
      ask({ url, method: 'OPTIONS', headers }),
    ]),
  )
  const isCareless = (reply: Reply | null): boolean =>
    reply?.header('access-control-allow-credentials') === 'true' &&
    [elsewhere, '*'].includes(reply.header('access-control-allow-origin') ?? '')
  if (!replies.some(isCareless)) return []
  return [
    fault(
      'cors-credentials',
      'any site may call it with the cookies of the user',
      'Leave out "Access-Control-Allow-Credentials"; OAuth endpoints need no cookies of other sites',
    ),
  ]
}
