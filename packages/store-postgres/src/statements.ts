import type { Statement } from './database.js'

/** Every statement of the store, for one schema. */
export type Statements = Readonly<Record<keyof ReturnType<typeof textsOf>, Statement>>

function textsOf(schema: string) {
  return {
    get: `
      select key, version, value from ${schema}.records
      where key = any($1::text[]) and expires_at > now()`,

    /** $1 key, $2 version, $3 value, $4 expiry. */
    create: `
      insert into ${schema}.records as kept (key, version, value, expires_at)
      values ($1, $2, $3, to_timestamp($4::float8))
      on conflict (key) do update
        set version = excluded.version, value = excluded.value, expires_at = excluded.expires_at
        where kept.expires_at <= now()
      returning 1`,

    /** $1 key, $2 known version, $3 new version, $4 value, $5 expiry or null. */
    replace: `
      update ${schema}.records
      set version = $3, value = $4, expires_at = coalesce(to_timestamp($5::float8), expires_at)
      where key = $1 and version = $2 and expires_at > now()
      returning 1`,

    delete: `
      delete from ${schema}.records where key = $1 and expires_at > now()
      returning 1`,

    /** $1 index, $2 member, $3 expiry. */
    link: `
      insert into ${schema}.members (index, member, expires_at)
      values ($1, $2, to_timestamp($3::float8))
      on conflict (index, member) do update set expires_at = excluded.expires_at`,

    unlink: `delete from ${schema}.members where index = $1 and member = $2`,

    /** $1 index, $2 the member before, $3 how many. */
    list: `
      select member from ${schema}.members
      where index = $1 and member > $2 and expires_at > now()
      order by member limit $3`,

    /** $1 counter, $2 by, above 0, $3 limit, $4 expiry. No row where the limit forbids it. */
    add: `
      insert into ${schema}.counters as kept (counter, value, expires_at)
      select $1, $2::bigint, to_timestamp($4::float8) where $2::bigint <= $3::bigint
      on conflict (counter) do update
        set value = excluded.value + case when kept.expires_at > now() then kept.value else 0 end,
          expires_at = case
            when kept.expires_at > now() then kept.expires_at else excluded.expires_at end
        where kept.expires_at <= now() or kept.value + excluded.value <= $3::bigint
      returning value`,

    /** $1 counter, $2 by, 0 or below. No row where there is no counter. */
    subtract: `
      update ${schema}.counters set value = greatest(0, value + $2::bigint)
      where counter = $1 and expires_at > now()
      returning value`,

    /**
     * $1 feed, $2 entry, $3 expiry, $4 channel. The row of the feed is locked until the entry can
     * be seen: so positions can be seen in their order, and a reader that has seen one has seen
     * all before it, which a sequence would not promise.
     */
    append: `
      with moved as (
        insert into ${schema}.feeds as kept (feed, head) values ($1, 1)
        on conflict (feed) do update set head = kept.head + 1
        returning head
      ), added as (
        insert into ${schema}.entries (feed, position, entry, expires_at)
        select $1, head, $2, to_timestamp($3::float8) from moved
        returning position
      )
      select position, pg_notify($4, '') from added`,

    /** $1 feed, $2 position before, $3 how many. */
    read: `
      select position, entry from ${schema}.entries
      where feed = $1 and position > $2::bigint and expires_at > now()
      order by position limit $3`,

    head: `select head from ${schema}.feeds where feed = $1`,

    fitness: `
      select to_regclass('${schema}.entries') is not null as "hasTables",
        pg_is_in_recovery() as "isStandby",
        current_setting('server_encoding') as encoding,
        current_setting('transaction_isolation') as isolation,
        current_setting('server_version_num')::int as version`,

    stats: `
      select relname as name, greatest(reltuples, 0)::float8 as rows,
        pg_total_relation_size(pg_class.oid)::float8 as bytes
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = '${schema}' and relkind = 'r'`,
  }
}

/** The tables that are swept. */
export const sweptTables = ['records', 'members', 'counters', 'entries'] as const

/** Deletes a batch of what has expired, passing over what somebody else has locked. $1: how many. */
export function sweepStatement(schema: string, table: (typeof sweptTables)[number]): Statement {
  return {
    name: `latchkey.${schema}.sweep-${table}`,
    text: `
      delete from ${schema}.${table} where ctid = any (array(
        select ctid from ${schema}.${table} where expires_at <= now()
        order by expires_at limit $1 for update skip locked))
      returning 1`,
  }
}

/** Makes the statements for a schema. */
export function createStatements(schema: string): Statements {
  const named = Object.entries(textsOf(schema)).map(([name, text]) => [
    name,
    { name: `latchkey.${schema}.${name}`, text },
  ])
  return Object.fromEntries(named) as Statements
}
