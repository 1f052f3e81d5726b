import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../core/db/migrate.ts';
import { ensurePartitions, uuidAt, type Query } from '../../core/db/partitions.ts';
import { dropOldPartitions } from '../../delivery/maintain/retention.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const DAY_MS = 24 * 3600 * 1000;
const WEEK_MS = 7 * DAY_MS;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await createDatabase();
  query = database.query;
});
afterAll(() => database.drop());

async function partitions(): Promise<string[]> {
  const rows = await query(
    `select relname from pg_class where relname ~ '_w[0-9]{8}$' and relkind = 'r' order by relname`,
  );
  return rows.map((row) => String(row['relname']));
}

test('migrating twice, even concurrently, changes nothing the second time', async () => {
  const before = await partitions();
  expect(await Promise.all([migrate(database.url), migrate(database.url)])).toEqual([[], []]);
  expect(await partitions()).toEqual(before);
});

test('partitions reach from last week to eight weeks ahead and advance with time', async () => {
  expect(await partitions()).toHaveLength(40);
  await ensurePartitions(query, new Date(Date.now() + 2 * WEEK_MS));
  expect(await partitions()).toHaveLength(48);
});

test('retention drops whole partitions, except one that a held delivery needs', async () => {
  const past = new Date(Date.now() - 10 * WEEK_MS);
  await ensurePartitions(query, past, { weeksAhead: 3 });
  const before = (await partitions()).length;
  const eventId = uuidAt(past).replace(/0{12}$/, '000000000001');
  await query(`insert into events (id, platform, org_id, event_type, body) values ($1, 'urpa', '', 'a.b', '{}')`, [
    eventId,
  ]);
  const hold = `insert into outbox (delivery_id, event_id, webhook_id, max_attempts) values ($1, $2, $3, 6)`;
  await query(hold, [uuidv7(), eventId, uuidv7()]);
  const first = await dropOldPartitions(query, daysAgo(21));
  expect(first).toContainEqual(expect.stringMatching(/^events_w/));
  expect(await query('select id from events')).toMatchObject([{ id: eventId }]);
  await query('delete from outbox');
  const second = await dropOldPartitions(query, daysAgo(21));
  expect(second).toEqual([expect.stringMatching(/^events_w/)]);
  expect(await query('select id from events')).toEqual([]);
  expect((await partitions()).length).toBeLessThan(before);
});

/** Simulates a long read of all tables, such as a backup. */
async function startBackup(): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query('begin transaction isolation level repeatable read');
  await client.query('lock table events, event_values, deliveries, attempts, outbox in access share mode');
  await client.query('select from events');
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

const insertEvent = (time: Date) =>
  query(`insert into events (id, platform, org_id, event_type, body) values ($1, 'urpa', '', 'a.b', '{}')`, [
    uuidAt(time).replace(/0{12}$/, uuidv7().slice(-12)),
  ]);

test('during a backup partitions are created and events are accepted into them', async () => {
  const endBackup = await startBackup();
  try {
    const later = new Date(Date.now() + 20 * WEEK_MS);
    await ensurePartitions(query, later);
    await insertEvent(later);
  } finally {
    await endBackup();
  }
});

test('a partition that a backup reads is not dropped and blocks nothing; the next run drops it', async () => {
  const past = new Date(Date.now() - 30 * WEEK_MS);
  await ensurePartitions(query, past, { weeksAhead: 1 });
  const endBackup = await startBackup();
  try {
    const dropping = dropOldPartitions(query, daysAgo(21));
    for (let count = 0; count < 20; count++) {
      await insertEvent(new Date());
      await query('select id from events order by id desc limit 1');
    }
    expect(await dropping).toEqual([]);
  } finally {
    await endBackup();
  }
  const dropped = await dropOldPartitions(query, daysAgo(21));
  expect(dropped.filter((name) => name.startsWith('events'))).toHaveLength(3);
  expect(await partitions()).not.toContain(dropped[0]);
  await insertEvent(new Date());
}, 60_000);

test('the views provide the tables of the old system', async () => {
  const columns = async (view: string) =>
    (await query('select column_name from information_schema.columns where table_name = $1', [view])).map(
      (row) => row['column_name'],
    );
  expect(await columns('urpa_webhook_events')).toEqual(
    expect.arrayContaining(['webhook_id', 'event', 'payload', 'status', 'attempts']),
  );
  expect(await columns('coord_webhooks')).toEqual(expect.arrayContaining(['org_id', 'url', 'events', 'active']));
  expect(await columns('coord_webhooks')).not.toContain('secret');
});
