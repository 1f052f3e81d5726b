import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../core/db/migrate.ts';
import { createOrm } from '../../core/db/orm.ts';
import { forgetOutcomes, rollUp } from '../../delivery/statistics/outcomes.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { rollUpAsBefore } from '../older-rollup.ts';
import { expectPast, HOUR, insertPast, makePast, MINUTE, type PastDelivery } from '../past-outcomes.ts';

const MIGRATION = 'm0012-outcome-spans';

let database: TestDatabase;
let past: PastDelivery[];
let begin: Date;
beforeEach(async () => {
  database = await createDatabase(MIGRATION);
  begin = new Date(Math.floor(Date.now() / HOUR) * HOUR - 40 * HOUR);
  const times = [];
  for (let at = begin.getTime(); at < Date.now() - 2 * MINUTE; at += at < Date.now() - 4 * HOUR ? 61_000 : 5_000)
    times.push(at);
  past = makePast(times);
  await insertPast(database.query, past);
});
afterEach(() => database.drop());

/** Counts as a worker of the previous version: only hourly rows are kept for data older than a day. */
async function countAsBefore(until: number): Promise<void> {
  let done = begin.getTime();
  while (done < until)
    done = (await rollUpAsBefore(database.query, begin, Math.min(3600, (until - done) / 1000))).getTime();
  for (const table of ['outcomes', 'delivery_times'])
    await database.query(`delete from ${table} where span = 30 and at < now() - interval '25 hours'`);
}

async function count(spans: number): Promise<boolean> {
  const orm = await createOrm(database.url);
  try {
    const more = await inTransaction(orm, ({ execute }) => rollUp(execute, spans));
    while (await inTransaction(orm, ({ execute }) => forgetOutcomes(execute)));
    return more;
  } finally {
    await orm.close();
  }
}

test('the counts of an older version stay, in fewer rows', async () => {
  // The hour that was not over at the upgrade is over now.
  const until = Math.floor(Date.now() / HOUR) * HOUR - 2 * MINUTE;
  await countAsBefore(until);
  const size = async () => Number((await database.query(`select count(*) as rows from outcomes`))[0]!['rows']);
  const before = await size();

  expect(await migrate(database.url)).toContain(MIGRATION);

  await expectPast(database.pool, past);
  expect(await size()).toBeLessThan(before);
  const [edges] = await database.query('select * from rollup');
  const floor = (ms: number) => new Date(Math.floor(until / ms) * ms);
  expect(edges).toMatchObject({
    done_until: new Date(until),
    middle_until: floor(5 * MINUTE),
    coarse_until: floor(HOUR),
  });
  while (await count(14)) await expectPast(database.pool, past);
}, 120_000);

test('a database without counts is migrated', async () => {
  await migrate(database.url);
  await expectPast(database.pool, past);
  expect(await database.query('select done_until, middle_until, coarse_until from rollup')).toEqual([
    { done_until: null, middle_until: null, coarse_until: null },
  ]);
});
