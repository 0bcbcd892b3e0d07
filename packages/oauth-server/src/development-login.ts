import { createIdentity, type Identity, type Mechanism } from '@latchkey/identity'
import { isEqualDigest } from '@latchkey/tokens'
import type { Server } from './server.js'

/** Name of the mechanism, and of its cookie. */
export const developmentLogin = 'development'

const cookieShape = /(?:^|; )latchkey-development=([\w-]+)\.(\d{1,12})\.([\w-]{43})(?:;|$)/

function macOf(server: Server, subject: string, at: string): string {
  return server.mac(JSON.stringify(['development login', subject, at]))
}

/** Writes the cookie of somebody who said a name: no password is asked for. */
export function developmentCookie(server: Server, name: string): string {
  const subject = Buffer.from(name).toString('base64url')
  const at = String(Math.floor(server.now()))
  const value = `${subject}.${at}.${macOf(server, subject, at)}`
  return `latchkey-development=${value}; Path=/; HttpOnly; SameSite=Lax`
}

function readCookie(server: Server, cookies: string): Identity | null {
  const match = cookieShape.exec(cookies)
  if (match === null) return null
  const [, subject, at, mac] = match as unknown as [string, string, string, string]
  if (!isEqualDigest(mac, macOf(server, subject, at))) return null
  return createIdentity({
    subject: Buffer.from(subject, 'base64url').toString(),
    issuer: server.issuer,
    kind: 'user',
    mechanism: developmentLogin,
    credentialId: mac.slice(0, 16),
    authTime: Number(at),
  })
}

/** Makes the mechanism that stands in for real logins during development. */
export function createDevelopmentMechanism(server: Server): Mechanism {
  return {
    name: developmentLogin,
    sources: [{ in: 'cookie', name: 'latchkey-development' }],
    ambient: true,
    authenticate(request) {
      const identity = readCookie(server, request.headers.cookie ?? '')
      return identity === null ? null : { identity }
    },
    challenge: () => null,
    securityScheme: { type: 'apiKey', in: 'cookie', name: 'latchkey-development' },
    describe: () => ({
      type: developmentLogin,
      revocationWindow: null,
      algorithms: ['HS256'],
      outbound: [],
      secretsAtRest: 'none: whoever says a name is believed',
    }),
  }
}
