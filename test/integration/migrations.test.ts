import type { MikroORM } from '@mikro-orm/postgresql';
import type { Migration } from '@mikro-orm/migrations';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../core/db/migrate.ts';
import { createOrm } from '../../core/db/orm.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { LAST_RELEASE } from '../last-release.ts';

// Each migration since the last release runs on a filled database while a backup reads all tables and events are accepted and delivered.
// Older versions are stopped before an upgrade (docs/upgrades.md).

const ROWS = 20_000;
const EMITTERS = 3;

const list = await withOrm('postgresql://nowhere/none', (orm) => orm.config.get('migrations').migrationsList!);
const all = list.map((one) => (one as { name: string }).name);
const later = all.slice(all.indexOf(LAST_RELEASE.migration) + 1);
/** Tables that accepting, claiming and recording use. */
const IN_USE = [
  'events',
  'event_values',
  'deliveries',
  'attempts',
  'outbox',
  'webhooks',
  'subscriptions',
  'handovers',
  'lanes',
];

let database: TestDatabase;

async function withOrm<T>(url: string, use: (orm: MikroORM) => T | Promise<T>): Promise<T> {
  const orm = await createOrm(url);
  try {
    return await use(orm);
  } finally {
    await orm.close();
  }
}

beforeAll(async () => {
  database = await createDatabase(later[0]);
  await database.query(`
    insert into webhooks (id, platform, url, secret, events)
    select posthorn_uuidv7(), 'urpa', 'https://receiver.example', '', '{a.b}' from generate_series(1, 20)`);
  await database.query(
    `
    with event as (
      insert into events (id, platform, org_id, event_type, body)
      select posthorn_uuidv7(), 'urpa', '', 'a.b', '{}' from generate_series(1, $1) returning id
    ), delivery as (
      insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, failed_at)
      select posthorn_uuidv7(), id, posthorn_uuidv7(), 'urpa', '', 'a.b', 'failed', 6, 6, now() from event returning id
    )
    insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms)
    select id, posthorn_uuidv7(), 6, 'automatic', now(), 10 from delivery`,
    [ROWS],
  );
});
afterAll(() => database.drop());

/** Reads of all tables that stay open, as those of `pg_dump`. */
async function startBackup(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url, application_name: 'pg_dump' });
  await client.connect();
  await client.query('begin transaction isolation level repeatable read');
  const { rows } = await client.query<{ name: string }>(
    'select quote_ident(tablename) as name from pg_tables where schemaname = current_schema()',
  );
  await client.query(`lock table ${rows.map(({ name }) => name).join(', ')} in access share mode`);
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}

/** What accepting, claiming and recording need of the tables, in the columns of the first schema. */
const WORK = [
  `with event as (
     insert into events (id, platform, org_id, event_type, body) values (posthorn_uuidv7(), 'urpa', '', 'a.b', '{}') returning id
   ), delivery as (
     insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts)
     select posthorn_uuidv7(), event.id, webhooks.id, 'urpa', '', 'a.b', 'pending', 6 from event, webhooks
     where platform = 'urpa' and deleted_at is null limit 1
     returning id, event_id, webhook_id
   )
   insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at) select id, event_id, webhook_id, 6, now() from delivery`,
  `with ended as (
     delete from outbox where delivery_id = (select delivery_id from outbox order by due_at limit 1 for update skip locked)
     returning delivery_id
   ), attempt as (
     insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms)
     select delivery_id, posthorn_uuidv7(), 1, 'automatic', now(), 10 from ended
   )
   update deliveries set status = 'delivered', attempts = 1, delivered_at = now() where id = (select delivery_id from ended)`,
];

/** Accepts and delivers until it is stopped. A statement that waits for a lock for two seconds fails: 1.3 s at most, beside an autovacuum. */
function startWork() {
  let stopped = false;
  let done = 0;
  const failures: string[] = [];
  const run = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("set lock_timeout = '2s'");
    const fail = ({ message }: Error) => failures.push(message);
    while (!stopped && failures.length === 0) {
      for (const sql of WORK) await client.query(sql).then(() => done++, fail);
    }
    await client.end();
  };
  const running = Array.from({ length: EMITTERS }, run);
  return {
    failures,
    get done() {
      return done;
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** The storage and the number of indexes of each table, by name. */
async function storageOf(): Promise<Map<string, string>> {
  const rows = await database.query(`
    select relname, pg_relation_filenode(c.oid) as file, (select count(*) from pg_index where indrelid = c.oid) as indexes
    from pg_class c where relkind = 'r' and relname ~ '_w[0-9]{8}$'`);
  return new Map(rows.map((row) => [String(row['relname']), `${String(row['file'])} ${String(row['indexes'])}`]));
}

describe.each(later)('%s', (name) => {
  test('lets nobody wait for two seconds, says what it waits for, and succeeds after the backup', async () => {
    const endBackup = await startBackup();
    const work = startWork();
    const said: string[] = [];
    let ended = false;
    const before = await storageOf();
    const migrating = migrate(database.url, { upTo: name, say: (line) => said.push(line) }).finally(
      () => (ended = true),
    );
    await eventually(() => ended || said.length > 0);
    const waited = !ended;
    await endBackup();
    const migrated = await migrating;
    const { done } = work;
    await eventually(() => work.done > done || work.failures.length > 0);
    await work.stop();
    expect({ migrated, failures: work.failures }).toEqual({ migrated: [name], failures: [] });
    if (waited)
      expect(said[0]).toMatch(
        /^waiting for a lock: pg_dump \(pid \d+\) has used \d+ tables, such as \w+, for \d+ s; trying/,
      );
    const after = await storageOf();
    expect([...before].filter(([table, storage]) => after.get(table) !== storage)).toEqual([]);
  });
});

/** With locks of two such tables it would wait for statements that wait for it: they use several tables, in different orders. */
test.each(later)('%s has the exclusive lock of one table in use at most', async (name) => {
  const fresh = await createDatabase(name);
  const client = new pg.Client({ connectionString: fresh.url });
  await client.connect();
  try {
    const { class: Class } = list[all.indexOf(name)] as unknown as { class: new (...given: unknown[]) => Migration };
    const queries = await withOrm(fresh.url, async (orm) => {
      const migration = new Class(orm.em.getDriver(), orm.config);
      await migration.up();
      return migration.getQueries();
    });
    await client.query('begin');
    for (const query of queries) await client.query(query as string);
    const { rows } = await client.query(LOCKED, [IN_USE]);
    expect(rows.length).toBeLessThanOrEqual(1);
  } finally {
    await client.end();
    await fresh.drop();
  }
});

const LOCKED = `
  select distinct relname from pg_locks l join pg_class c on c.oid = l.relation
  where l.pid = pg_backend_pid() and l.mode = 'AccessExclusiveLock' and c.relname = any($1)`;

test('it also passes an autovacuum, which PostgreSQL cancels for those who wait for a second', async () => {
  const vacuumed = await createDatabase('m0020-ordering');
  try {
    await vacuumed.query(`
      alter table outbox set (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
      insert into outbox (delivery_id, event_id, webhook_id, max_attempts)
      select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 6 from generate_series(1, 50000);
      delete from outbox`);
    await database.query(`alter system set autovacuum_naptime = '1s'`);
    await database.query('select pg_reload_conf()');
    const running = `select from pg_stat_progress_vacuum where relid = 'outbox'::regclass`;
    await eventually(async () => (await vacuumed.query(running)).length > 0, 60_000);
    const said: string[] = [];
    const migrated = await migrate(vacuumed.url, { upTo: 'm0020-ordering', say: (line) => said.push(line) });
    expect(migrated).toEqual(['m0020-ordering']);
    expect(said.length).toBeGreaterThan(0);
  } finally {
    await database.query('alter system reset autovacuum_naptime');
    await database.query('select pg_reload_conf()');
    await vacuumed.drop();
  }
}, 120_000);
