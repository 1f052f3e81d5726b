import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLAIM_DUE, CLAIM_FAIRLY, RELEASE } from '../../delivery/claim/claim-statements.ts';
import { Recorder } from '../../delivery/record/recorder.ts';
import { attemptOf } from '../attempt-record.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const ENDED = 30_000;
/** A scan of the whole outbox takes more than a thousand. */
const MOST_BLOCKS = 400;
const WORKER = '00000000-0000-0000-0000-000000000001';
const WEBHOOK = '00000000-0000-0000-0000-000000000002';

let database: TestDatabase;
let snapshot: pg.PoolClient;

/** As after an hour of a backup: the statistics show an empty outbox, but its dead rows still exist. */
beforeAll(async () => {
  database = await createDatabase();
  await database.query(
    `insert into webhooks (id, platform, url, secret, events) values ($1, 'urpa', 'https://receiver.example', '', '{a.b}'),
      (posthorn_uuidv7(), 'posthorn', 'https://pager.example', '', '{delivery.failed,webhook.recovered}')`,
    [WEBHOOK],
  );
  snapshot = await database.pool.connect();
  await snapshot.query('begin transaction isolation level repeatable read');
  await snapshot.query('select from outbox');
  await fill(ENDED, null);
  await database.query('delete from outbox');
  await database.query('vacuum analyze outbox');
}, 60_000);
afterAll(async () => {
  snapshot.release(true);
  await database.drop();
});

async function fill(count: number, claimedBy: string | null): Promise<string[]> {
  const rows = await database.query(
    `with event as (
      insert into events (id, platform, org_id, event_type, body)
      select posthorn_uuidv7(), 'urpa', '', 'a.b', '{}' from generate_series(1, $1::int) returning id
    ), delivery as (
      insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts)
      select posthorn_uuidv7(), id, $2, 'urpa', '', 'a.b', 'pending', 6 from event returning id, event_id
    )
    insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at, claimed_by)
    select id, event_id, $2, 6, now(), $3::uuid from delivery returning delivery_id`,
    [count, WEBHOOK, claimedBy],
  );
  return rows.map((row) => row['delivery_id'] as string);
}

async function countTold(): Promise<number> {
  return (await database.query(`select 1 from events where platform = 'posthorn'`)).length;
}

/** The number of outbox blocks that PostgreSQL reads during `work`. */
async function blocksOf(work: () => Promise<unknown>): Promise<number> {
  const read = async () => {
    await database.query('select pg_stat_force_next_flush()');
    await database.query('select pg_stat_clear_snapshot()');
    const [row] = await database.query(`
      select (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::int as blocks
      from pg_statio_user_tables where relname = 'outbox'`);
    return row!['blocks'] as number;
  };
  const before = await read();
  await work();
  return (await read()) - before;
}

const mark = () => Date.now() / 1_000 - 2;

test.each([
  ['a claim', () => database.pool.query({ ...CLAIM_DUE, values: [WORKER, 256, mark(), 2 ** 24] })],
  [
    'a fair claim',
    () => database.pool.query({ ...CLAIM_FAIRLY, values: [WORKER, 256, '{}', 64, WORKER, mark(), 2 ** 24] }),
  ],
])('%s reads the rows that it claims, not the dead rows that an old snapshot keeps', async (_, claim) => {
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await fill(3, null);
  let claimed = 0;
  expect(await blocksOf(async () => (claimed = (await claim()).rows.length))).toBeLessThan(MOST_BLOCKS);
  expect(claimed).toBe(3);
});

const TOLD = { body: '{}', orgId: null, values: ['1'] };

test.each([
  ['delivered', null],
  ['retry', null],
  ['give-up', null],
  ['give-up', TOLD],
  ['delivered', TOLD],
] as const)('recording the outcome %s does not read dead rows', async (outcome, tells) => {
  const recorder = new Recorder(database.pool, pino({ enabled: false }));
  const ids = await fill(3, WORKER);
  const before = await countTold();
  let recorded: unknown[] = [];
  const record = async () => {
    recorded = await Promise.all(ids.map((id) => recorder.record(attemptOf(WORKER, id, outcome, { tells }))));
  };
  expect(await blocksOf(record)).toBeLessThan(MOST_BLOCKS);
  expect(recorded).not.toContain(null);
  expect((await countTold()) - before).toBe(tells === null ? 0 : outcome === 'delivered' ? 1 : 3);
});

test('releasing claims does not read dead rows', async () => {
  const ids = await fill(3, WORKER);
  const release = () => database.pool.query({ ...RELEASE, values: [WORKER, ids, 0, null] });
  expect(await blocksOf(release)).toBeLessThan(MOST_BLOCKS);
});
