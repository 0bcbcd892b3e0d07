import { randomBase62, sha256Base64url } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from '../server.js'

const valueShape = /^[0-9A-Za-z]{22}$/

/** `__Host-` binds the cookie to this host and to TLS; only loopback development goes without. */
function nameOf(server: Server): string {
  return server.issuer.startsWith('https:') ? '__Host-latchkey-browser' : 'latchkey-browser'
}

function readCookie(request: FastifyRequest, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    const value = pair.slice(at + 1).trim()
    if (at > 0 && pair.slice(0, at).trim() === name && valueShape.test(value)) return value
  }
  return null
}

/** @returns The digest of the cookie that tells this browser from others, or `null`. */
export function browserOf(server: Server, request: FastifyRequest): string | null {
  const value = readCookie(request, nameOf(server))
  return value === null ? null : sha256Base64url(value)
}

/** Gives the browser such a cookie where it has none. @returns Its digest. */
export function markBrowser(server: Server, request: FastifyRequest, reply: FastifyReply): string {
  const known = browserOf(server, request)
  if (known !== null) return known
  const value = randomBase62()
  const name = nameOf(server)
  const secure = name.startsWith('__Host-') ? '; Secure' : ''
  reply.header('set-cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`)
  return sha256Base64url(value)
}
