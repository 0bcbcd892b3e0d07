import { readFileSync } from 'node:fs'
import type { OAuthServerOptions } from '@latchkey/oauth-server'

/** Somebody who can log in. */
export interface UserConfig {
  readonly username: string
  readonly password: string
  /** Default: the user name. */
  readonly sub?: string
  /** Standard claims: profile, email, address, phone. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Everything that can be said about the server, in one JSON file. */
export interface Config {
  readonly issuer: string
  readonly port: number
  readonly host: string
  readonly users: readonly UserConfig[]
  /** Text of at least 32 bytes; the first is current. */
  readonly secrets: readonly string[]
  readonly store: {
    readonly kind: 'memory' | 'redis' | 'postgres'
    readonly url?: string
  }
  /** Files. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** Seconds that a session may lie unused. */
  readonly sessionIdleTimeout?: number
  /** Members of the plugin's own options, by their names. */
  readonly server: Partial<
    Pick<
      OAuthServerOptions,
      | 'preset'
      | 'rules'
      | 'clients'
      | 'scopes'
      | 'resources'
      | 'defaultResource'
      | 'registration'
      | 'corsOrigins'
      | 'limits'
      | 'outbound'
      | 'pairwiseSalt'
      | 'messages'
    >
  >
}

const demonstration: Config = {
  issuer: 'http://localhost:3000',
  port: 3000,
  host: '127.0.0.1',
  users: [
    {
      username: 'alice',
      password: 'wonderland',
      claims: {
        name: 'Alice Liddell',
        email: 'alice@example.com',
        email_verified: true,
        phone_number: '+44 20 7946 0000',
        address: { country: 'United Kingdom' },
      },
    },
  ],
  secrets: ['only-for-the-example:3nX8qkV2rTz7Lw0YbPjM'],
  store: { kind: 'memory' },
  server: {
    preset: 'oidc',
    pairwiseSalt: 'only for the example',
    registration: {},
    scopes: { 'api:read': 'Read your things', 'api:write': 'Change your things' },
    clients: [
      {
        client_id: 'demo',
        client_secret: 'demo-secret',
        client_name: 'The demonstration',
        redirect_uris: ['http://localhost:4000/callback'],
        post_logout_redirect_uris: ['http://localhost:4000/'],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      },
    ],
  },
}

/**
 * Reads the configuration.
 *
 * @param env `LATCHKEY_CONFIG` names a JSON file, whose members take the place of those of the
 *   demonstration; `ISSUER`, `PORT` and `HOST` take the place of the file's.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const { LATCHKEY_CONFIG: file, ISSUER: issuer, PORT: port, HOST: host } = env
  const written = file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'))
  return {
    ...demonstration,
    ...written,
    ...(issuer === undefined ? {} : { issuer }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(host === undefined ? {} : { host }),
  }
}
