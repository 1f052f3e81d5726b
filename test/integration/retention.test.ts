import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { maintainTables } from '../../activities/maintain-tables.ts';
import { ensurePartitions, uuidAt, type Query } from '../../core/db/partitions.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const DAY_MS = 24 * 3600 * 1000;
const RETENTION_DAYS = 21;

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await createDatabase();
  query = database.query;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await query('truncate outbox, webhooks, deliveries, events, attempts');
  for (const weeks of [10, 6, 2]) await ensurePartitions(query, daysAgo(7 * weeks), { weeksAhead: 4 });
  for (const days of [2, 0]) await storeEvent(daysAgo(days));
});

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
const idAt = (time: Date) => uuidAt(time).slice(0, 14) + uuidv7().slice(14);

async function addWebhook(pausedAt: Date | null): Promise<string> {
  const id = uuidv7();
  const fields = '(id, platform, url, secret, events, paused_at)';
  await query(`insert into webhooks ${fields} values ($1, 'urpa', 'https://receiver.example', '', '{a.b}', $2)`, [
    id,
    pausedAt,
  ]);
  return id;
}

async function storeEvent(time: Date): Promise<string> {
  const id = idAt(time);
  await query(`insert into events (id, platform, org_id, event_type, body) values ($1, 'urpa', '', 'a.b', '{}')`, [id]);
  return id;
}

interface Old {
  webhookId: string;
  at: Date;
  /** Default: now. */
  heldSince?: Date | null;
  count?: number;
}

/** Deliveries of one event that have not ended: held, unless `heldSince` is null. Returns their ids. */
async function queue({ webhookId, at, heldSince = at, count = 1 }: Old): Promise<string[]> {
  const ids = Array.from({ length: count }, () => idAt(at));
  const eventId = await storeEvent(at);
  await query(
    `insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, created_at, updated_at)
     select id, $2, $3, 'urpa', '', 'a.b', $4, 6, $5, $6 from unnest($1::uuid[]) as t(id)`,
    [ids, eventId, webhookId, heldSince ? 'held' : 'pending', at, heldSince ?? at],
  );
  await query(
    `insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at)
     select id, $2, $3, 6, $4 from unnest($1::uuid[]) as t(id)`,
    [ids, eventId, webhookId, heldSince ? null : new Date()],
  );
  return ids;
}

async function weeksOf(table: string): Promise<string[]> {
  const rows = await query(
    `select right(inhrelid::regclass::text, 8) as week from pg_inherits where inhparent = $1::regclass`,
    [table],
  );
  return rows.map((row) => String(row['week'])).sort();
}

const weekOf = (time: Date) =>
  new Date(Math.floor(time.getTime() / (7 * DAY_MS)) * 7 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');

const statesOf = async (ids: string[]) =>
  await query(
    `select status, error_message, failed_at is not null as ended, count(*)::int as n from deliveries
     where id = any($1::uuid[]) group by 1, 2, 3`,
    [ids],
  );

test('deliveries that a forgotten paused webhook held longer than the retention expire, and old partitions are dropped', async () => {
  const forgotten = await addWebhook(daysAgo(70));
  await queue({ webhookId: forgotten, at: daysAgo(70), count: 2_500 });
  const expired = await queue({ webhookId: forgotten, at: daysAgo(RETENTION_DAYS + 0.1), count: 3 });
  const young = await queue({ webhookId: forgotten, at: daysAgo(RETENTION_DAYS - 1) });
  await maintainTables(query, RETENTION_DAYS, pino({ level: 'silent' }));
  expect(await statesOf(expired)).toEqual([
    { status: 'cancelled', error_message: 'expired while paused', ended: true, n: 3 },
  ]);
  expect(await statesOf(young)).toMatchObject([{ status: 'held', ended: false }]);
  expect(await query('select delivery_id from outbox')).toEqual([{ delivery_id: young[0] }]);
  expect(await weeksOf('deliveries')).not.toContain(weekOf(daysAgo(70)));
  expect(await weeksOf('events')).not.toContain(weekOf(daysAgo(70)));
});

test('recently held deliveries, and those on their way after a resume, keep their weeks; other weeks are dropped', async () => {
  const [paused, resumed] = [await addWebhook(daysAgo(1)), await addWebhook(null)];
  const open = [
    await queue({ webhookId: paused, at: daysAgo(70), heldSince: daysAgo(1) }),
    await queue({ webhookId: resumed, at: daysAgo(70) }),
    await queue({ webhookId: resumed, at: daysAgo(70), heldSince: null }),
  ].flat();
  await maintainTables(query, RETENTION_DAYS, pino({ level: 'silent' }));
  expect((await query('select delivery_id from outbox')).map((row) => row['delivery_id']).sort()).toEqual(open.sort());
  for (const table of ['events', 'deliveries', 'attempts']) {
    const weeks = await weeksOf(table);
    expect(weeks).toContain(weekOf(daysAgo(70)));
    expect(weeks).not.toContain(weekOf(daysAgo(49)));
  }
});

test('at the boundary of two weeks an event stays as long as its delivery', async () => {
  const boundary = new Date(Math.floor(daysAgo(RETENTION_DAYS).getTime() / (7 * DAY_MS)) * 7 * DAY_MS);
  const [eventId, deliveryId] = [await storeEvent(new Date(boundary.getTime() - 1)), idAt(boundary)];
  await query(
    `insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, failed_at)
     values ($1, $2, $3, 'urpa', '', 'a.b', 'failed', 6, now())`,
    [deliveryId, eventId, uuidv7()],
  );
  await maintainTables(query, RETENTION_DAYS, pino({ level: 'silent' }));
  expect(await query('select id from deliveries')).toEqual([{ id: deliveryId }]);
  expect(await query('select id from events where id = $1', [eventId])).toHaveLength(1);
  expect(await weeksOf('deliveries')).not.toContain(weekOf(daysAgo(RETENTION_DAYS + 7)));
});
