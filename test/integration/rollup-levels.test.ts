import type { MikroORM } from '@mikro-orm/postgresql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOrm } from '../../core/db/orm.ts';
import { forgetOutcomes, rollUp } from '../../delivery/statistics/outcomes.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { expectPast, HOUR, insertPast, makePast, MINUTE } from '../past-outcomes.ts';

const DAY = 24 * HOUR;

let database: TestDatabase;
let orm: MikroORM;
beforeEach(async () => {
  database = await createDatabase();
  orm = await createOrm(database.url);
});
afterEach(async () => {
  await orm.close();
  await database.drop();
});

const count = (spans: number) => inTransaction(orm, ({ execute }) => rollUp(execute, spans));
const forget = () => inTransaction(orm, ({ execute }) => forgetOutcomes(execute));

test('every range is correct, wherever the boundaries of the counted spans are, also after finer rows are deleted', async () => {
  const now = Date.now();
  const times = (from: number, until: number, step: number) =>
    Array.from({ length: Math.floor((until - from) / step) }, (_, index) => now - until + index * step);
  const past = makePast([
    ...times(26 * HOUR, 6 * DAY, 47 * MINUTE),
    ...times(2 * HOUR, 26 * HOUR, 97_000),
    ...times(2 * MINUTE, 2 * HOUR, 7_000),
  ]);
  await insertPast(database.query, past);
  await expectPast(database.pool, past);

  const sizes = [120, 7, 61, 119, 1, 120, 45, 120, 120, 3];
  const edge = async () => (await database.query('select done_until as at from rollup'))[0]!['at'] as Date | null;
  let steps = 0;
  while (Number(await edge()) < now - 75 * MINUTE) {
    await count(sizes[steps++ % sizes.length]!);
    if (steps % 12 === 0) await expectPast(database.pool, past);
  }
  while (await forget());
  // More than an hour in small steps, so that some steps end at a five-minute and an hour boundary.
  while (await count(2)) {
    while (await forget());
    await expectPast(database.pool, past);
  }

  const kept = await database.query(
    `select span, min(at) > now() - interval '92 minutes' as young, max(at) < now() as over from outcomes group by 1 order by 1`,
  );
  expect(kept.map(({ span }) => span)).toEqual([30, 300, 3600]);
  expect(kept[0]).toMatchObject({ young: true });
  const [edges] =
    await database.query(`select middle_until = date_bin('5 minutes', done_until, timestamptz 'epoch') as middle,
    coarse_until = date_bin('1 hour', done_until, timestamptz 'epoch') as coarse from rollup`);
  expect(edges).toEqual({ middle: true, coarse: true });
}, 180_000);

test('a webhook with an event every 30 seconds costs one row for each, one per five minutes and one per hour', async () => {
  const webhooks = 2_000;
  const hour = Math.floor((Date.now() - 15 * MINUTE) / HOUR) * HOUR;
  const spans = 24;
  const begin = new Date(hour - 6 * MINUTE);
  await database.query(
    `with past as materialized (
      select at, webhook, encode(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 'hex')::uuid as id
      from generate_series(0, ${webhooks - 1}) webhook, generate_series(0, ${spans - 1}) span,
        lateral (select $1::timestamptz + span * interval '30 seconds' + webhook * interval '10 milliseconds' as at) t
    ), attempt as (
      insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms) select id, id, 1, 'automatic', at, webhook + 1 from past
    )
    insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, created_at)
    select id, id, ('00000000-0000-7000-8000-' || lpad(webhook::text, 12, '0'))::uuid, 'urpa', '', 'contact.created', 'delivered', 1, 6, at
    from past`,
    [begin],
  );
  await database.query('update rollup set done_until = $1', [begin]);
  for (let span = 0; span < spans; span++) await count(1);
  // PostgreSQL adds a connection's writes to the statistics soon after the connection ends.
  await orm.close();
  // Three five-minute spans are complete, the first of which began earlier, and one hour.
  await eventually(async () => {
    const written = await database.query(`select relname, (n_tup_ins + n_tup_upd)::int as rows from pg_stat_user_tables
      where relname = 'outcomes'`);
    // One more for the platform.
    expect(written).toEqual([{ relname: 'outcomes', rows: (webhooks + 1) * (spans + 3 + 1) }]);
    return true;
  });
}, 120_000);
