import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { maintainTables } from '../../activities/maintain-tables.ts';
import { ensurePartitions, uuidAt, type Query } from '../../core/db/partitions.ts';
import { createPool } from '../../core/db/pool.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const DAY_MS = 24 * 3600 * 1000;
const RETENTION_DAYS = 90;
const AHEAD_DAYS = 365;

let database: TestDatabase;
/** Queries with a database clock that is a year ahead. */
let queryAhead: Query;
let closeAhead: () => Promise<void>;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('create schema ahead');
  await database.query(
    `create function ahead.now() returns timestamptz language sql stable as 'select pg_catalog.now() + ${AHEAD_DAYS} * interval $$1 day$$'`,
  );
  const url = new URL(database.url);
  url.searchParams.set('options', '-c search_path=public,ahead,pg_catalog');
  const pool = createPool(url.toString());
  queryAhead = async (sql, params) => (await pool.query(sql, params)).rows;
  closeAhead = () => pool.end();
});
afterAll(async () => {
  await closeAhead();
  await database.drop();
});
beforeEach(async () => {
  await database.query('truncate events, idempotency_keys');
  for (const days of [30, 20, 10, 2, 0]) await storeEvent(daysFromNow(-days));
});
afterEach(() => void vi.useRealTimers());

const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS);

async function storeEvent(time: Date): Promise<void> {
  await ensurePartitions(database.query, time, { weeksAhead: 1 });
  const id = uuidAt(time).slice(0, 14) + uuidv7().slice(14);
  await database.query(
    `insert into events (id, platform, org_id, event_type, body) values ($1, 'urpa', '', 'a.b', '{}')`,
    [id],
  );
}

const countEvents = async () => (await database.query('select count(*)::int as n from events'))[0]!['n'];
const refusal = async () => (await database.query('select refusal from maintenance'))[0]!['refusal'];

/** Runs the maintenance and returns its log. */
async function maintain(query: Query): Promise<string> {
  let logged = '';
  await maintainTables(query, RETENTION_DAYS, pino({}, { write: (line: string) => (logged += line) }));
  return logged;
}

function putClockOfThisProcessAhead(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: daysFromNow(AHEAD_DAYS) });
}

test('a worker whose clock is a year ahead drops nothing', async () => {
  await storeEvent(daysFromNow(-200));
  await database.query(`insert into idempotency_keys values ('urpa', '', 'k', '', $1, now() - interval '3 days')`, [
    uuidv7(),
  ]);
  putClockOfThisProcessAhead();
  const logged = await maintain(database.query);
  expect(await countEvents()).toBe(6);
  expect(logged).toContain('its clock and the one of the database differ by 31536000 s');
  expect(await database.query('select key from idempotency_keys')).toHaveLength(1);
  vi.useRealTimers();
  expect(await maintain(database.query)).toBe('');
  expect(await countEvents()).toBe(5);
  expect(await database.query('select key from idempotency_keys')).toEqual([]);
});

test('a database whose clock is a year ahead drops nothing', async () => {
  const logged = await maintain(queryAhead);
  expect(await countEvents()).toBe(5);
  expect(logged).toContain('differ by');
});

test('both clocks a year ahead drop nothing, not even after events with such times', async () => {
  putClockOfThisProcessAhead();
  const logged = await maintain(queryAhead);
  expect(await countEvents()).toBe(5);
  expect(logged).toContain('nothing was stored from');
  expect(await refusal()).toContain('nothing was stored from');
  await storeEvent(new Date());
  expect(await maintain(queryAhead)).toContain('nothing was stored from');
  expect(await countEvents()).toBe(6);
});

test('once events have arrived for a day, expired partitions are dropped and the refusal is removed', async () => {
  await storeEvent(daysFromNow(-200));
  expect(await maintain(database.query)).toBe('');
  expect(await countEvents()).toBe(5);
  expect(await refusal()).toBeNull();
});

test('an idle installation with nothing to drop records no refusal', async () => {
  await database.query('truncate events');
  await storeEvent(daysFromNow(-30));
  await maintainTables(database.query, 36_500, pino({ level: 'silent' }));
  expect(await refusal()).toBeNull();
});

test('a retention of a day drops the same partitions once', async () => {
  await maintainTables(database.query, 1, pino({ level: 'silent' }));
  expect(await maintainTables(database.query, 1, pino({ level: 'silent' }))).toEqual([]);
});
