import type { FastifySchema } from 'fastify'

/** A schema that also says what OpenAPI shows. */
export interface DocumentedSchema extends FastifySchema {
  readonly tags: readonly string[]
  readonly summary: string
}

const text = { type: 'string', minLength: 1, maxLength: 255 } as const
const list = { type: 'array', items: text, maxItems: 256 } as const
const instant = { type: 'integer', description: 'Seconds since the epoch' } as const
const nullableInstant = { ...instant, nullable: true } as const

const owner = {
  type: 'object',
  properties: { type: text, id: text },
} as const

const rateLimit = {
  type: 'object',
  nullable: true,
  properties: { limit: { type: 'integer' }, window: { type: 'integer' } },
} as const

const quota = {
  type: 'object',
  nullable: true,
  properties: {
    limit: { type: 'integer' },
    refill: {
      type: 'object',
      nullable: true,
      properties: { amount: { type: 'integer' }, interval: { type: 'integer' } },
    },
  },
} as const

const key = {
  type: 'object',
  properties: {
    id: text,
    name: text,
    owner,
    tenant: { type: 'string', nullable: true },
    environment: text,
    scopes: list,
    permissions: list,
    metadata: { type: 'object', additionalProperties: true },
    cidrs: list,
    rateLimit,
    quota,
    createdAt: instant,
    createdBy: { type: 'string', nullable: true },
    expiresAt: nullableInstant,
    lastUsedAt: nullableInstant,
    state: {
      type: 'string',
      enum: ['active', 'disabled', 'expired', 'exhausted', 'revoked'],
    },
    overlapEndsAt: nullableInstant,
  },
} as const

const traits = {
  name: text,
  scopes: list,
  permissions: list,
  metadata: { type: 'object', additionalProperties: true },
  cidrs: list,
  expiresAt: { ...nullableInstant, description: 'Seconds since the epoch; null: never' },
} as const

const issued = {
  type: 'object',
  properties: {
    key: { type: 'string', description: 'The key itself: shown once, and never again' },
    info: key,
  },
} as const

const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[0-9A-Za-z]{16}$' } },
} as const

const shared = { tags: ['API keys'] } as const
const ofOne = { ...shared, params } as const

/** What the management routes take and give; nothing else gets in or out. */
export const routeSchemas: Readonly<
  Record<
    'create' | 'list' | 'get' | 'update' | 'rotate' | 'disable' | 'enable' | 'revoke' | 'leak',
    DocumentedSchema
  >
> = {
  create: {
    ...shared,
    summary: 'Make an API key',
    body: {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: { ...traits, environment: text },
    },
    response: { 201: issued },
  },
  list: {
    ...shared,
    summary: 'List API keys',
    querystring: {
      type: 'object',
      additionalProperties: false,
      properties: {
        cursor: { type: 'string', minLength: 1, maxLength: 1024 },
        limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      },
    },
    response: {
      200: {
        type: 'object',
        properties: {
          keys: { type: 'array', items: key },
          cursor: { type: 'string', nullable: true },
        },
      },
    },
  },
  get: { ...ofOne, summary: 'Look at an API key', response: { 200: key } },
  update: {
    ...ofOne,
    summary: 'Change an API key',
    body: { type: 'object', additionalProperties: false, properties: traits },
    response: { 200: key },
  },
  rotate: {
    ...ofOne,
    summary: 'Give an API key a new secret',
    body: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      properties: {
        overlap: { type: 'integer', minimum: 0, maximum: 2_592_000, default: 0 },
        expiresAt: traits.expiresAt,
      },
    },
    response: { 200: issued },
  },
  disable: { ...ofOne, summary: 'Refuse an API key for now', response: { 200: key } },
  enable: { ...ofOne, summary: 'Accept a disabled API key again', response: { 200: key } },
  revoke: {
    ...ofOne,
    summary: 'End an API key for ever',
    response: { 204: { type: 'null', description: 'It is ended' } },
  },
  leak: { ...shared, summary: 'Report leaked API keys, for GitHub' },
}
