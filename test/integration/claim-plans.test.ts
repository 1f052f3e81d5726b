import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLAIM_DUE, CLAIM_FAIRLY } from '../../delivery/claim/claim-statements.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const FIRST = '00000000-0000-0000-0000-000000000000';
const OTHER = '00000000-0000-0000-0000-000000000001';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test('claims use their indexes, whatever the statistics were when they were prepared', async () => {
  const client = await database.pool.connect();
  try {
    for (const [{ text }, values] of [
      [CLAIM_DUE, `'${FIRST}', 256, '-infinity', 16777216`],
      [CLAIM_FAIRLY, `'${FIRST}', 256, '{}', 64, '${FIRST}', '-infinity', 16777216`],
    ] as const) {
      await client.query(`prepare claim as ${text}`);
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute claim(${values})`);
      await client.query('deallocate claim');
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toMatch(/Seq Scan|Bitmap/);
      const used = [...plan.matchAll(/using (outbox_\w+) on outbox/g)].map(([, index]) => index);
      expect(new Set(used)).toEqual(new Set([text === CLAIM_DUE.text ? 'outbox_due' : 'outbox_due_by_webhook']));
      expect(plan).toContain('Tid Scan on outbox');
    }
  } finally {
    client.release();
  }
});

test.each([
  ['a claim', CLAIM_DUE, `'${FIRST}', 256`],
  ['a fair claim', CLAIM_FAIRLY, `'${FIRST}', 256, '{}', 64, '${FIRST}'`],
])('with an old snapshot open, %s from the low-water mark on does not read dead rows', async (_, { text }, values) => {
  const snapshot = await database.pool.connect();
  const client = await database.pool.connect();
  const blocksOf = async (from: string) => {
    await client.query('begin');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, format json) execute claim(${values}, ${from}, 16777216)`,
    );
    await client.query('rollback');
    return rows[0]!['QUERY PLAN'][0].Plan['Shared Hit Blocks']!;
  };
  try {
    await snapshot.query('begin transaction isolation level repeatable read');
    await snapshot.query('select from outbox');
    await client.query(`insert into outbox (delivery_id, event_id, webhook_id, max_attempts, due_at)
      select posthorn_uuidv7(), '${FIRST}', '${OTHER}', 6, now() - random() * interval '1 hour' from generate_series(1, 20000)`);
    await client.query('delete from outbox');
    await client.query(`prepare claim as ${text}`);
    const all = await blocksOf(`'-infinity'`);
    const fromMark = await blocksOf('extract(epoch from now())::float8 - 2');
    expect(all).toBeGreaterThan(5_000);
    expect(fromMark).toBeLessThan(all / 50);
  } finally {
    snapshot.release(true);
    client.release(true);
  }
});
