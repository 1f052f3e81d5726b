import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CLAIMED_BY_SLICE,
  FIRST_SLICE,
  RECLAIM_SLICE,
  SLICE,
  type SliceEnd,
} from '../../delivery/lease/claimed-rows.ts';
import { ClaimedWalk } from '../../delivery/lease/claimed-walk.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { LEASE } from '../../delivery/lease/lease-statements.ts';

const HELD = 200_000;
const DUE = 2 * SLICE + 1_000;
const [LIVING, DEAD] = [uuidv7(), uuidv7()];

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.query(LEASE.enlist, [LIVING, 'host', 1]);
  const rows = (count: string, dueAt: string, claimedBy: string) =>
    database.query(`
      insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at, claimed_by)
      select posthorn_uuidv7(), posthorn_uuidv7(), posthorn_uuidv7(), 6, ${dueAt}, ${claimedBy} from generate_series(1, ${count}) n`);
  await rows(String(HELD), 'null', 'null');
  // Many are due at the same time, as after a resume.
  await rows(
    String(DUE),
    `now() - n % 7 * interval '1 second'`,
    `case when n % 100 = 0 then '${DEAD}'::uuid when n % 100 = 1 then '${LIVING}' end`,
  );
  await rows('1000', `now() + interval '4 minutes'`, 'null');
});
afterAll(() => database.drop());

const walk = <Row extends SliceEnd>(statement: string) =>
  new ClaimedWalk<Row & Record<string, unknown>>((text, values) => database.pool.query(text, values), statement);

const claimedBy = async (worker: string) =>
  (await database.query('select delivery_id from outbox where claimed_by = $1 order by 1', [worker])).map(
    (row) => row['delivery_id'] as string,
  );

test.each([
  ['claims of dead workers', RECLAIM_SLICE, []],
  ['claims of one worker', CLAIMED_BY_SLICE, [LIVING]],
])('a search for %s reads one slice, however many deliveries are held', async (_, statement, values) => {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, timing off, summary off) ${statement}`,
      [...Object.values(FIRST_SLICE), ...values],
    );
    await client.query('rollback');
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan using outbox_due on outbox/);
    expect(plan).not.toMatch(/Seq Scan on outbox/);
    const visited = [...plan.matchAll(/on outbox.*?actual rows=([\d.]+) loops=(\d+)/g)];
    for (const [, count, loops] of visited) expect(Number(count) * Number(loops)).toBeLessThanOrEqual(SLICE);
  } finally {
    client.release(true);
  }
});

test('all slices together contain every claim of a worker', async () => {
  const slices = await walk<SliceEnd & { deliveries: string[] }>(CLAIMED_BY_SLICE).all(LIVING);
  expect(slices).toHaveLength(3);
  expect(slices.flatMap(({ deliveries }) => deliveries).toSorted()).toEqual(await claimedBy(LIVING));
});

test('slice by slice, the claims of dead workers become due, and no others', async () => {
  const [dead, living] = [await claimedBy(DEAD), await claimedBy(LIVING)];
  const parts = walk<SliceEnd & { found: number }>(RECLAIM_SLICE);
  const found: number[] = [];
  for (let part = 0; part < 4; part++) found.push((await parts.next()).found);
  expect(found.slice(0, 3).reduce((sum, count) => sum + count, 0)).toBe(dead.length);
  expect(found[3]).toBe(0);
  expect(await claimedBy(DEAD)).toEqual([]);
  expect(await claimedBy(LIVING)).toEqual(living);
});
