import { X509Certificate } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { sha256Base64url } from '@latchkey/tokens'
import type { FastifyRequest } from 'fastify'
import { InvalidOptions } from './errors.js'

/** Where the certificate of a client is found, for tokens that are bound to it (RFC 8705). */
export interface ClientCertificateOptions {
  /**
   * Addresses or networks (`10.0.0.0/8`) of the proxies that end TLS. From anybody else the
   * header is ignored. Without proxies the certificate of the connection itself is used.
   */
  readonly trustedProxies?: readonly string[]
  /** The header that the proxies write. Default `client-cert` (RFC 9440). */
  readonly header?: string
  /**
   * How they write it: `rfc9440` (base64 of the DER between colons), `pem` (percent-encoded PEM,
   * as nginx does), `xfcc` (Envoy's list, of which the last `Hash` counts). Default `rfc9440`.
   */
  readonly format?: 'rfc9440' | 'pem' | 'xfcc'
}

/** The SHA-256 thumbprint of a request's client certificate, or `null` when there is none. */
export type CertificateReader = (request: FastifyRequest) => string | null

const formats = {
  rfc9440(field: string): string | null {
    const match = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(field)
    return match === null ? null : sha256Base64url(Buffer.from(match[1] as string, 'base64'))
  },
  pem(field: string): string | null {
    try {
      return sha256Base64url(new X509Certificate(decodeURIComponent(field)).raw)
    } catch {
      return null
    }
  },
  xfcc(field: string): string | null {
    // The last element is the nearest proxy's; quoted values may hold anything, and are not needed.
    const last = field
      .replace(/"(?:[^"\\]|\\.)*"/g, '')
      .split(',')
      .at(-1) as string
    const hash = last.split(';').find((pair) => /^Hash=[0-9A-Fa-f]{64}$/.test(pair))
    return hash === undefined ? null : Buffer.from(hash.slice(5), 'hex').toString('base64url')
  },
}

function networksOf(proxies: readonly string[]): BlockList {
  const networks = new BlockList()
  for (const proxy of proxies) {
    const [address = '', prefix] = proxy.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    try {
      if (prefix === undefined) networks.addAddress(address, family)
      else networks.addSubnet(address, Number(prefix), family)
    } catch {
      throw new InvalidOptions(`"${proxy}" in "mtls.trustedProxies" is no address or network`)
    }
  }
  return networks
}

function ofConnection(request: FastifyRequest): string | null {
  if ((request.raw.socket as Partial<TLSSocket>).authorized !== true) return null
  // Authorized, so there is one.
  return sha256Base64url((request.raw.socket as TLSSocket).getPeerCertificate().raw)
}

/**
 * Prepares reading the certificate of a client.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS` when a proxy is no address or network.
 */
export function createCertificateReader(options: ClientCertificateOptions): CertificateReader {
  const { trustedProxies, header = 'client-cert', format = 'rfc9440' } = options
  if (trustedProxies === undefined) return ofConnection
  const networks = networksOf(trustedProxies)
  const name = header.toLowerCase()
  const parse = formats[format]
  return (request) => {
    const peer = String(request.raw.socket.remoteAddress)
    if (!networks.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) return null
    const field = request.headers[name]
    return typeof field === 'string' ? parse(field) : null
  }
}
