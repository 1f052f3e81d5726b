import pg from 'pg';
import { expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { System } from '../system.ts';

/** A sweep happens every five heartbeats, so some of these include one. */
const BEATS = 12;

const WAITING = `
  select application_name as name, query from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%orphans%'`;

test('a blocked sweep uses another connection than the lease, whose heartbeat continues', async () => {
  const system = await System.start();
  const client = new pg.Client(system.databaseUrl);
  await client.connect();
  try {
    await client.query('begin; lock table outbox in access exclusive mode');
    const beats = async () => Number((await client.query<{ beat: string }>('select beat from workers')).rows[0]!.beat);
    const before = await beats();
    // Uses another connection, because a transaction sees a fixed snapshot of pg_stat_activity.
    const sweeps = await eventually(async () => {
      const rows = await system.sql(WAITING);
      return rows.length > 0 && rows;
    });
    expect(sweeps).toEqual([expect.objectContaining({ name: 'posthorn' })]);
    await eventually(async () => (await beats()) >= before + BEATS, 60_000);
    await client.query('rollback');
  } finally {
    await client.end();
    await system.stop();
  }
});
