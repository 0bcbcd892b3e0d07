import { X509Certificate } from 'node:crypto'
import { type JsonObject, parseJwkSet } from '@latchkey/tokens'
import { showInstant } from '../instant.js'
import { type Finding, fault } from './finding.js'
import { readObject, type Transport } from './transport.js'

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

function nameOf(jwk: JsonObject, index: number): string {
  return typeof jwk.kid === 'string' ? `the key "${jwk.kid}"` : `the key at ${index + 1}`
}

/** When a key says that it ends, or its certificate does. */
function endOf(jwk: JsonObject): number | null {
  if (typeof jwk.exp === 'number') return jwk.exp
  const [first] = Array.isArray(jwk.x5c) ? jwk.x5c : []
  if (typeof first !== 'string') return null
  try {
    return Date.parse(new X509Certificate(Buffer.from(first, 'base64')).validTo) / 1000
  } catch {
    return null
  }
}

function checkKey(jwk: JsonObject, index: number, now: number): Finding[] {
  const name = nameOf(jwk, index)
  if (privateMembers.some((member) => jwk[member] !== undefined)) {
    const mend = 'Take it out and revoke it now: whoever has read the set can sign as this server'
    return [fault('jwks-private', `${name} is published with its private part`, mend)]
  }
  const findings: Finding[] = []
  if (jwk.alg === undefined) {
    const mend = 'Write "alg": a key must be used with one algorithm only (RFC 8725 §3.1)'
    findings.push(fault('jwks-no-alg', `${name} has no "alg"`, mend))
  }
  if (jwk.kid === undefined) {
    const mend = 'Write "kid": without it clients cannot tell keys apart when they rotate'
    findings.push(fault('jwks-no-kid', `${name} has no "kid"`, mend))
  }
  const end = endOf(jwk)
  if (end !== null && end <= now) {
    const mend = 'Rotate: latchkey jwks rotate'
    findings.push(fault('jwks-expired', `${name} ended ${showInstant(Math.floor(end))}`, mend))
  }
  return findings
}

function checkDuplicates(keys: readonly JsonObject[]): Finding[] {
  const kids = keys.flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : []))
  const twice = [...new Set(kids.filter((kid, index) => kids.indexOf(kid) !== index))]
  const mend = 'Give every key a name of its own; its thumbprint, for instance (RFC 7638)'
  return twice.map((kid) => fault('jwks-duplicate-kid', `two keys are called "${kid}"`, mend))
}

/** What the lint of our own verifier refuses, beside what has a finding of its own. */
function checkSoundness(keys: readonly JsonObject[]): Finding[] {
  const published = keys.filter((jwk) => !privateMembers.some((name) => jwk[name] !== undefined))
  const alone = published.map((jwk) => parseJwkSet({ keys: [jwk] })?.refused[0] ?? null)
  return alone.flatMap((refused, index) => {
    if (refused === null) return []
    const found = `${nameOf(published[index] as JsonObject, index)} ${refused.problem}`
    const mend = 'Replace it: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519'
    return [fault('jwks-weak', found, mend)]
  })
}

/** Reads a published key set as a strict client does. */
export async function checkKeys(ask: Transport, url: string, now: number): Promise<Finding[]> {
  const reply = await ask({ url })
  if (reply?.status !== 200) {
    const found = `${url} answers ${reply === null ? 'nothing' : reply.status}`
    return [fault('jwks-unreachable', found, 'Answer 200 with the key set, to everybody')]
  }
  const keys = readObject(reply.body)?.keys
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'object' && key !== null)) {
    const mend = 'Answer a JSON object with the member "keys" (RFC 7517 §5)'
    return [fault('jwks-unreadable', `${url} is no key set`, mend)]
  }
  if (keys.length === 0) {
    return [fault('jwks-empty', `${url} has no keys`, 'Publish the keys that verify its tokens')]
  }
  return [
    ...keys.flatMap((jwk, index) => checkKey(jwk, index, now)),
    ...checkDuplicates(keys),
    ...checkSoundness(keys),
  ]
}
