import type { MikroORM } from '@mikro-orm/postgresql';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrm } from '../../core/db/orm.ts';
import { Rollup } from '../../delivery/statistics/rollup.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const SPANS = 170;
const WEBHOOK = `subject = '00000000-0000-0000-0000-000000000001'`;

let database: TestDatabase;
let orm: MikroORM;

beforeAll(async () => {
  database = await createDatabase();
  orm = await createOrm(database.url, { statementTimeoutMs: 1_000 });
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

test('the rollup catches up even if an hour at once takes too long', async () => {
  const { query } = database;
  await query(
    `update rollup set done_until = date_bin('30 seconds', now() - ${SPANS} * interval '30 seconds', timestamptz 'epoch')`,
  );
  // One delivery in each span. Its id contains its time.
  await query(`
    insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts, created_at)
    select encode(overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3)
      from 1 for 6), 'hex')::uuid, gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'urpa', '', 'a.b', 'pending', 6, at
    from rollup, lateral generate_series(done_until, done_until + ${SPANS - 4} * interval '30 seconds', interval '30 seconds') as at`);
  await query(`
    create function be_slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return new; end $$`);
  await query(
    'create trigger be_slow before insert on outcomes for each row when (new.span = 30) execute function be_slow()',
  );

  const rollup = new Rollup(orm, pino({ level: 'silent' }), async () => {});
  const isDone = async () => {
    await rollup.run();
    const [row] = await query(`select done_until > now() - interval '1 minute' as done from rollup`);
    return row!['done'];
  };
  let runs = 1;
  while (!(await isDone()) && runs < 20) runs++;

  expect(await query(`select sum(accepted)::int as accepted from outcomes where span = 30 and ${WEBHOOK}`)).toEqual([
    { accepted: SPANS - 3 },
  ]);
  expect(
    await query(`select sum(accepted)::int = ${SPANS} - 3 - (
      select coalesce(sum(accepted), 0) from outcomes, rollup where span = 30 and at >= middle_until and ${WEBHOOK}
    ) as ok from outcomes where span = 300 and ${WEBHOOK}`),
  ).toEqual([{ ok: true }]);
});
