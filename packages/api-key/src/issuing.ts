import type { ApiKeys } from './api-keys.js'
import { InvalidKey } from './errors.js'
import { issueKey, randomKeyId } from './key-format.js'
import type { KeyRing } from './key-ring.js'
import { changeLiving } from './life.js'
import { environmentOf, expiryOf, prepareRecord } from './new-record.js'
import { loadInfo } from './showing.js'

const hexDigest = /^[0-9a-f]{64}$/
const base64urlDigest = /^[0-9A-Za-z_-]{43}$/

/** The part of {@link ApiKeys} that makes and takes over secrets. */
export function createIssuing(ring: KeyRing): Pick<ApiKeys, 'create' | 'importDigest' | 'rotate'> {
  const { settings, repository, digester, events, revocations } = ring
  const { prefix, clock } = settings

  return {
    async create(input) {
      const id = randomKeyId()
      const key = issueKey(prefix, { environment: environmentOf(settings, input), id })
      const record = await prepareRecord(ring, input, id, digester.digest(key, clock()))
      await repository.insert(record)
      events.publish('created', record)
      return { key, info: await loadInfo(ring, record) }
    },

    async importDigest({ digest: given, ...input }) {
      if (settings.foreign === null) {
        throw new InvalidKey('Cannot import the digest: the registration has no "foreign" keys')
      }
      const digest = normalizeDigest(given)
      const id = await nameForeign(ring, digest)
      const record = await prepareRecord(ring, input, id, { scheme: 'sha256', digest })
      if (!(await repository.insert(record))) {
        throw new InvalidKey('Cannot import the digest: it has been imported before')
      }
      await Promise.all([revocations.tellKey(digest), revocations.tellKey(id)])
      events.publish('imported', record)
      return loadInfo(ring, record)
    },

    async rotate(id, { overlap = 0, expiresAt } = {}) {
      if (!Number.isFinite(overlap) || overlap < 0) {
        throw new InvalidKey('Cannot rotate the API key: "overlap" is not a number of seconds')
      }
      let key = ''
      const record = await changeLiving(ring, id, (current, now) => {
        key = issueKey(prefix, { environment: current.environment, id })
        const otherwise = current.expiresAt === null ? null : now + settings.defaultLifetime
        const fresh = { ...digester.digest(key, clock()), createdAt: now, endsAt: null }
        const old = current.secrets.find(({ endsAt }) => endsAt === null)
        const secrets =
          old === undefined || overlap === 0 ? [fresh] : [fresh, { ...old, endsAt: now + overlap }]
        return { ...current, secrets, expiresAt: expiryOf(expiresAt, otherwise, now) }
      })
      events.publish('rotated', record, { details: { overlap } })
      return { key, info: await loadInfo(ring, record) }
    },
  }
}

function normalizeDigest(digest: string): string {
  if (hexDigest.test(digest)) return Buffer.from(digest, 'hex').toString('base64url')
  if (base64urlDigest.test(digest)) return digest
  throw new InvalidKey('Cannot import the digest: it is no SHA-256 in hexadecimal or base64url')
}

/** Gives a digest an id; one whose import ended half-way keeps the id that it has. */
async function nameForeign({ repository }: KeyRing, digest: string): Promise<string> {
  const id = randomKeyId()
  if (await repository.insertAlias(digest, id)) return id
  return (await repository.loadAlias(digest)) ?? id
}
