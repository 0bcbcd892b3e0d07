import type { RevocationTarget, Tokens } from '@latchkey/jwt'
import type { Management } from '@latchkey/oauth-server'
import { nameOption, withOauthServer, withTokens } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Call, type Command, isSet, textOf } from '../command.js'
import { CommandError, usage } from '../errors.js'
import { confirm, readSecret } from '../prompt.js'
import { decodeToken } from './tokens-decode.js'

const kinds: readonly (readonly [option: string, member: string, words: string])[] = [
  ['jti', 'jti', 'the token'],
  ['subject', 'subject', 'every token of the subject'],
  ['sid', 'sid', 'every token of the session'],
  ['client', 'clientId', 'every token of the client'],
  ['kid', 'kid', 'every token signed with the key'],
]

interface Target {
  readonly words: string
  readonly named: Readonly<Record<string, string>>
}

async function fromToken(call: Call): Promise<Target> {
  const { payload } = decodeToken(await readSecret(call.io, 'Token'))
  const { jti } = payload
  if (typeof jti === 'string' && jti !== '') return { words: `the token "${jti}"`, named: { jti } }
  throw new CommandError('LATCHKEY_CLI_REFUSED', 'Cannot revoke the token: it has no "jti"')
}

async function readTarget(call: Call): Promise<Target> {
  const given = kinds.flatMap(([option, member, words]) => {
    const value = textOf(call, option)
    return value === undefined ? [] : [{ words: `${words} "${value}"`, named: { [member]: value } }]
  })
  const grant = textOf(call, 'grant')
  if (grant !== undefined) given.push({ words: `the grant "${grant}"`, named: { grant } })
  const [first] = given
  const isToken = isSet(call, 'stdin')
  if (given.length + Number(isToken) !== 1) {
    throw usage('Write exactly one of --jti, --subject, --sid, --client, --kid, --grant, --stdin')
  }
  return first ?? fromToken(call)
}

/** `tokens revoke` */
export const tokensRevoke: Command = {
  name: 'tokens revoke',
  says: 'End tokens before they expire, in every process.',
  options: {
    ...appOptions,
    name: nameOption,
    jti: { value: 'id', says: 'The one token of this id.' },
    subject: { value: 'sub', says: 'Everything issued to this subject up to now.' },
    sid: { value: 'id', says: 'Everything that carries this session, refresh tokens included.' },
    client: { value: 'id', says: 'Everything issued to this client up to now.' },
    kid: { value: 'id', says: 'Everything signed with this key, for ever.' },
    grant: { value: 'id', says: 'A grant of the authorization server, with all its tokens.' },
    stdin: { says: 'The token that is on standard input, by its "jti".' },
    issuer: {
      value: 'issuer',
      says: 'Whose tokens. Default: the first issuer of the registration.',
    },
    reason: { value: 'code', says: 'Why, for events. Default: revoked.' },
    yes: { says: 'Do not ask.' },
  },
  examples: [
    'latchkey tokens revoke --subject u1 --app ./dist/app.js',
    'latchkey tokens revoke --stdin --yes < token.txt',
  ],
  async run(call) {
    const { words, named } = await readTarget(call)
    await confirm(call.io, `revoke ${words}`, isSet(call, 'yes'))
    const { grant } = named
    if (grant !== undefined) {
      await withOauthServer(call, (server) => revokeGrant(server, grant))
    } else {
      await withTokens(call, (tokens) => revokeTokens(call, tokens, named))
    }
    return { text: `Revoked ${words}.`, data: { revoked: named } }
  },
}

async function revokeGrant({ grants }: Management, id: string): Promise<void> {
  if (await grants.revoke(id)) return
  throw new CommandError('LATCHKEY_CLI_UNKNOWN', `There is no grant "${id}" that has not ended`)
}

async function revokeTokens(call: Call, tokens: Tokens, named: Target['named']): Promise<void> {
  const issuer = textOf(call, 'issuer')
  const target = { ...named, ...(issuer === undefined ? {} : { issuer }) }
  await tokens.revoke(target as unknown as RevocationTarget, textOf(call, 'reason'))
}
