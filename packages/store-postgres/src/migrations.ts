import { checkSchema } from './options.js'

/** One step of the schema, to be run as a whole. */
export interface Migration {
  readonly name: string
  /** Several statements; running them again does nothing. They lock out others who run them. */
  readonly sql: string
}

function tablesOf(schema: string): string {
  return `
select pg_advisory_xact_lock(hashtextextended('latchkey migrations of ${schema}', 0));
create schema if not exists ${schema};
create table if not exists ${schema}.records (
  key text collate "C" primary key,
  version text not null,
  value text not null,
  expires_at timestamptz not null
);
create index if not exists records_expiry on ${schema}.records (expires_at);
create table if not exists ${schema}.members (
  index text collate "C" not null,
  member text collate "C" not null,
  expires_at timestamptz not null,
  primary key (index, member)
);
create index if not exists members_expiry on ${schema}.members (expires_at);
create table if not exists ${schema}.counters (
  counter text collate "C" primary key,
  value bigint not null,
  expires_at timestamptz not null
);
create index if not exists counters_expiry on ${schema}.counters (expires_at);
create table if not exists ${schema}.feeds (
  feed text collate "C" primary key,
  head bigint not null
);
create table if not exists ${schema}.entries (
  feed text collate "C" not null,
  position bigint not null,
  entry text not null,
  expires_at timestamptz not null,
  primary key (feed, position)
);
create index if not exists entries_expiry on ${schema}.entries (expires_at);
`
}

/**
 * Gives the tables of the store as plain SQL, for the migrations that you have: run each in a
 * transaction, in order. `store.migrate()` does it for you.
 *
 * @param schema Default `latchkey`.
 * @throws {Error} `LATCHKEY_STORE_INVALID` when the schema cannot be the name of one.
 */
export function migrations(schema: string = 'latchkey'): readonly Migration[] {
  checkSchema(schema)
  return [{ name: '0001-tables', sql: tablesOf(schema) }]
}
