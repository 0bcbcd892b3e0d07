import { randomBase62 } from '@latchkey/tokens'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'
import { subjectFor } from './subject.js'

/** Makes what a client is told when a session ends (Back-Channel Logout §2.4). */
export async function issueLogoutToken(
  server: Server,
  client: Client,
  subject: string,
  session: string,
): Promise<string> {
  const iat = Math.floor(server.now())
  const claims = {
    iss: server.issuer,
    sub: subjectFor(server, client, subject),
    aud: client.id,
    iat,
    exp: iat + 120,
    jti: randomBase62(),
    sid: session,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
  return server.keys.sign(claims, 'logout+jwt', server.keys.pick(client.idTokenAlg))
}
