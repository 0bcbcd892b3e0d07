import type { Identity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { clientSecret, ROBOT } from './registered-clients.js'
import type { Secrets } from './secrets.js'

/** One way of coming, as request headers. */
export interface Trial {
  readonly what: string
  readonly headers: Readonly<Record<string, string>>
}

/** Makes credentials of every kind. */
export interface TrialCredentials {
  /**
   * @param cookie What the browser sent, for its session.
   * @param pasted A key or token of the visitor's own; empty for none.
   */
  make(identity: Identity | null, cookie: string, pasted: string): Promise<readonly Trial[]>
}

/** Seconds that the key for trials lives. */
const KEY_LIFE = 3600

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Changes one character, so that everything but the proof is as it was. */
function forge(credential: string): string {
  const at = credential.length - 10
  const other = credential[at] === 'A' ? 'B' : 'A'
  return `${credential.slice(0, at)}${other}${credential.slice(at + 1)}`
}

/** Prepares the credentials that the page `/try` sends requests with. */
export function createTrialCredentials(app: FastifyInstance, secrets: Secrets): TrialCredentials {
  let key: { readonly text: Promise<string>; readonly until: number } | null = null

  async function makeKey(expiresAt: number): Promise<string> {
    const made = await app.apiKeys.create({
      name: 'trials',
      owner: { type: 'service', id: 'export-service' },
      scopes: ['orders:read', 'orders:export'],
      expiresAt,
    })
    return made.key
  }

  function keyText(): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    if (key === null || key.until < now + 60) {
      key = { text: makeKey(now + KEY_LIFE), until: now + KEY_LIFE }
      key.text.catch(() => {
        key = null
      })
    }
    return key.text
  }

  async function robotToken(): Promise<string> {
    const basic = Buffer.from(`${ROBOT}:${clientSecret(ROBOT, secrets)}`).toString('base64')
    const answer = await app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: 'grant_type=client_credentials&scope=orders:read%20orders:export',
    })
    return String(answer.json().access_token)
  }

  async function ownToken(identity: Identity | null): Promise<string> {
    const { accessToken } = await app.tokens.issue(identity?.subject ?? 'visitor', {
      scopes: ['orders:read'],
      roles: [...(identity?.roles ?? [])],
      ...(identity?.authTime === undefined ? {} : { authTime: identity.authTime }),
    })
    return accessToken
  }

  return {
    async make(identity, cookie, pasted) {
      const [text, own, robot] = await Promise.all([keyText(), ownToken(identity), robotToken()])
      const whose = identity === null ? 'a visitor' : 'you'
      const trials: Trial[] = [
        { what: 'Nothing', headers: {} },
        { what: 'The session of this browser', headers: { cookie } },
        { what: 'An API key of a service', headers: { 'x-api-key': text } },
        { what: `A token for ${whose}, to read orders`, headers: bearer(own) },
        { what: 'The night robot’s OAuth token', headers: bearer(robot) },
        { what: 'A forged API key', headers: { 'x-api-key': forge(text) } },
        { what: 'A forged token', headers: bearer(forge(own)) },
        { what: 'A key and a token at once', headers: { 'x-api-key': text, ...bearer(own) } },
      ]
      if (pasted === '') return trials
      const headers = pasted.startsWith('orders_') ? { 'x-api-key': pasted } : bearer(pasted)
      return [{ what: 'What you pasted', headers }, ...trials]
    },
  }
}
