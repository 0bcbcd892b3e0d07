import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Explanation } from '@latchkey/authz'
import { createIdentity, type Identity, type IdentityParts } from '@latchkey/identity'
import { parseJsonObject } from '@latchkey/tokens'
import { watchedOf } from '../app/watched-app.js'
import { appOptions, appPlace, withApp } from '../app/with-app.js'
import { type Call, type Command, listOf, textOf } from '../command.js'
import { CommandError, messageOf, usage } from '../errors.js'
import { exitCodes } from '../exit-codes.js'

type Parts = Readonly<Record<string, unknown>>

async function readObject(call: Call, option: string): Promise<Parts | undefined> {
  const given = textOf(call, option)
  if (given === undefined) return undefined
  const text = given.trimStart().startsWith('{')
    ? given
    : await readFile(resolve(call.io.cwd, given), 'utf8').catch(() => '')
  const object = parseJsonObject(text)
  if (object !== null) return object
  throw usage(`Cannot read --${option}: it is neither a JSON object nor a file that holds one`)
}

function fromOptions(call: Call): Parts {
  const texts = ['subject', 'issuer', 'kind', 'tenant', 'acr'] as const
  const given = texts.flatMap((name) => {
    const value = textOf(call, name)
    return value === undefined ? [] : [[name, value]]
  })
  const lists = [
    ['roles', 'role'],
    ['scopes', 'scope'],
    ['amr', 'amr'],
  ].flatMap(([member = '', option = '']) => {
    const list = listOf(call, option)
    return list.length === 0 ? [] : [[member, list]]
  })
  return Object.fromEntries([...given, ...lists])
}

async function readIdentity(call: Call): Promise<Identity> {
  const written = await readObject(call, 'identity')
  const known = { issuer: 'latchkey', kind: 'user', mechanism: 'explain', credentialId: 'explain' }
  const parts = { ...known, ...written, ...fromOptions(call) } as unknown as IdentityParts
  try {
    return createIdentity(parts)
  } catch (error) {
    throw usage(messageOf(error))
  }
}

function ask(call: Call, identity: Identity, object: unknown): Promise<Explanation> {
  const permission = call.args[0] as string
  return withApp(call.io, appPlace(call), async (app) => {
    const [explain] = watchedOf(app).explains
    if (explain === undefined) {
      throw new CommandError(
        'LATCHKEY_CLI_APP',
        'The application has not registered @latchkey/authz',
      )
    }
    try {
      // It asks nothing of a request but who makes it.
      return await explain.call({ identity } as never, permission as never, object as never)
    } catch (error) {
      throw new CommandError('LATCHKEY_CLI_REFUSED', messageOf(error))
    }
  })
}

/** `explain` */
export const explainCommand: Command = {
  name: 'explain',
  says: 'Explain why somebody may or may not do something.',
  details:
    'The answer comes from the policy of the application, and from its other engines. Exit code 1: denied, or a better login is needed.',
  args: [{ name: 'permission', says: 'What is to be done, such as document.edit.' }],
  options: {
    ...appOptions,
    object: {
      value: 'json|file',
      says: 'What it is to be done to, as the application would load it.',
    },
    identity: {
      value: 'json|file',
      says: 'Who, as an identity: subject, roles, scopes, tenant, acr ...',
    },
    subject: { value: 'sub', says: 'Who; wins over --identity, as the options below do.' },
    issuer: { value: 'issuer', says: 'Who vouches for them. Default: latchkey.' },
    kind: { value: 'kind', says: 'user, service or client. Default: user.' },
    tenant: { value: 'id', says: 'Their organization.' },
    role: { value: 'role', multiple: true, says: 'A role of theirs.' },
    scope: { value: 'scope', multiple: true, says: 'A scope that they were granted.' },
    acr: { value: 'class', says: 'How well they logged in.' },
    amr: { value: 'method', multiple: true, says: 'By what they logged in.' },
  },
  examples: [
    'latchkey explain document.edit --app ./dist/app.js --subject u1 --role editor --object \'{"id":"d1","ownerId":"u2"}\'',
    'latchkey explain orders.refund --identity identity.json --object order.json --json',
  ],
  async run(call) {
    const identity = await readIdentity(call)
    const object = await readObject(call, 'object')
    const explanation = await ask(call, identity, object)
    const exitCode = explanation.effect === 'allow' ? exitCodes.ok : exitCodes.negative
    return { text: explanation.text, data: explanation, exitCode }
  },
}
