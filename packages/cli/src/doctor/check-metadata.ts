import type { Metadata } from './documents.js'
import { type Finding, fault } from './finding.js'
import { isPrivateToClient } from './transport.js'

function listOf(metadata: Metadata, name: string): readonly string[] {
  const value = metadata[name]
  return Array.isArray(value) ? value.map(String) : []
}

function checkIssuer(metadata: Metadata, issuer: string): Finding[] {
  const findings: Finding[] = []
  const said = metadata.issuer
  if (said !== issuer) {
    findings.push(
      fault(
        'issuer-mismatch',
        `the metadata of "${issuer}" say "issuer": ${JSON.stringify(said)}`,
        'Make them equal, character by character, a slash at the end included (RFC 8414 §3.3)',
      ),
    )
  }
  if (!isPrivateToClient(issuer)) {
    const mend = 'Serve it over https:; only loopback hosts may go without'
    findings.push(fault('issuer-insecure', `the issuer "${issuer}" is not https:`, mend))
  }
  return findings
}

function checkEndpoints(metadata: Metadata): Finding[] {
  const findings: Finding[] = []
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
    if (typeof metadata[name] === 'string') continue
    const mend = `Write "${name}" into the metadata (RFC 8414 §2)`
    findings.push(fault('endpoint-missing', `"${name}" is missing`, mend))
  }
  const named = Object.entries(metadata).filter(
    ([name, value]) => /(_endpoint|_uri)$/.test(name) && typeof value === 'string',
  ) as [string, string][]
  for (const [name, url] of named.filter(([, each]) => !isPrivateToClient(each))) {
    const mend = 'Write an https: URL: codes, secrets and keys pass through it'
    findings.push(fault('endpoint-insecure', `"${name}" is ${url}`, mend))
  }
  return findings
}

function checkPkce(metadata: Metadata): Finding[] {
  const methods = listOf(metadata, 'code_challenge_methods_supported')
  const findings: Finding[] = []
  if (!methods.includes('S256')) {
    findings.push(
      fault(
        'pkce-not-advertised',
        '"code_challenge_methods_supported" does not name S256',
        'Support PKCE with S256 and write ["S256"]: MCP and other strict clients refuse without it',
      ),
    )
  }
  if (methods.includes('plain')) {
    const mend = 'Take "plain" out: it protects nothing (RFC 9700 §2.1.1)'
    findings.push(fault('pkce-plain', 'PKCE with "plain" is offered', mend))
  }
  return findings
}

function checkFlows(metadata: Metadata): Finding[] {
  const findings: Finding[] = []
  const responses = listOf(metadata, 'response_types_supported')
  const implicit = responses.filter((type) => /\b(token|id_token)\b/.test(type))
  const grants = listOf(metadata, 'grant_types_supported')
  if (implicit.length > 0 || grants.includes('implicit')) {
    findings.push(
      fault(
        'implicit-advertised',
        `tokens are given out in the front channel: ${[...implicit, ...grants.filter((one) => one === 'implicit')].join(', ')}`,
        'Offer "code" only (RFC 9700 §2.1.2)',
      ),
    )
  }
  if (grants.includes('password')) {
    const mend = 'Take the grant out: it hands passwords to clients (RFC 9700 §2.4)'
    findings.push(fault('password-grant', 'the grant type "password" is offered', mend))
  }
  if (metadata.authorization_response_iss_parameter_supported !== true) {
    findings.push(
      fault(
        'no-iss-parameter',
        '"authorization_response_iss_parameter_supported" is not true',
        'Send "iss" with authorization responses and say so: clients of several servers are mixed up otherwise (RFC 9207)',
      ),
    )
  }
  return findings
}

function checkAlgorithms(metadata: Metadata): Finding[] {
  const named = Object.keys(metadata).filter((name) => /alg_values_supported$/.test(name))
  const careless = named.filter((name) => listOf(metadata, name).includes('none'))
  if (careless.length === 0) return []
  const mend = 'Take "none" out: it stands for no signature at all (RFC 8725 §3.1)'
  return [fault('alg-none', `"none" is offered in ${careless.join(', ')}`, mend)]
}

/** Reads metadata as a strict client does. */
export function checkMetadata(metadata: Metadata, issuer: string): Finding[] {
  return [
    ...checkIssuer(metadata, issuer),
    ...checkEndpoints(metadata),
    ...checkPkce(metadata),
    ...checkFlows(metadata),
    ...checkAlgorithms(metadata),
  ]
}
