import { type Algorithm, isAlgorithm, isSymmetric, rotatingKeyring } from '@latchkey/tokens'
import { withOauthServer } from '../app/managers.js'
import { appOptions } from '../app/with-app.js'
import { type Answer, type Call, type Command, isSet, textOf } from '../command.js'
import { CommandError, messageOf, usage } from '../errors.js'
import { confirm, readSecret } from '../prompt.js'
import { withStore } from '../store/open-store.js'

/** Plans the next key of a ring that is in a store, whichever application uses it. */
async function rotateRing(call: Call, storeName: string): Promise<string[]> {
  const algorithm = textOf(call, 'alg') ?? 'ES256'
  if (!isAlgorithm(algorithm) || isSymmetric(algorithm)) {
    throw usage(`Cannot rotate a ring of "${algorithm}": write ES256, EdDSA, PS256 or RS256`)
  }
  const name = textOf(call, 'ring') ?? 'default'
  const seal = isSet(call, 'unsealed')
    ? false
    : (call.io.env.LATCHKEY_SEAL_SECRET ?? (await readSecret(call.io, 'Seal secret')))
  return withStore(call.io, storeName, async (store) => {
    if ((await store.get(`keyring:${name}`)) === null) {
      throw new CommandError('LATCHKEY_CLI_UNKNOWN', `There is no key ring "${name}" in the store`)
    }
    return [await plan({ store, name, algorithm, seal })]
  })
}

async function plan(options: Parameters<typeof rotatingKeyring>[0] & { algorithm: Algorithm }) {
  try {
    const ring = await rotatingKeyring(options)
    return await ring.rotate().finally(() => ring.close())
  } catch (error) {
    throw new CommandError('LATCHKEY_CLI_REFUSED', messageOf(error))
  }
}

/** `jwks rotate` */
export const jwksRotate: Command = {
  name: 'jwks rotate',
  says: 'Plan the next signing key: published now, it signs when caches have heard of it.',
  details: `With an application it rotates the rings of its authorization server; with --store a ring
in a store, whichever application uses it. The secret that seals the ring is read from
LATCHKEY_SEAL_SECRET, or asked for. A key that is planned already stays.`,
  options: {
    ...appOptions,
    store: { value: 'redis|postgres', says: 'A ring in this store instead of an application.' },
    ring: { value: 'name', says: 'The name of the ring, with --store. Default: default.' },
    alg: { value: 'name', says: 'The algorithm of the ring, with --store. Default: ES256.' },
    unsealed: { says: 'The ring is not sealed, with --store.' },
    yes: { says: 'Do not ask.' },
  },
  examples: [
    'latchkey jwks rotate --app ./dist/app.js',
    'latchkey jwks rotate --store redis --ring oauth --yes < seal-secret',
  ],
  async run(call): Promise<Answer> {
    const store = textOf(call, 'store')
    if (store !== undefined && textOf(call, 'app') !== undefined) {
      throw usage('Write either --app or --store')
    }
    await confirm(call.io, 'plan new signing keys', isSet(call, 'yes'))
    const planned =
      store === undefined
        ? await withOauthServer(call, (server) => server.keys.rotate())
        : await rotateRing(call, store)
    if (planned.length > 0) {
      return { text: planned.map((kid) => `Planned ${kid}.`).join('\n'), data: { planned } }
    }
    throw new CommandError('LATCHKEY_CLI_REFUSED', 'Nothing rotates: the keys are given by options')
  },
}
