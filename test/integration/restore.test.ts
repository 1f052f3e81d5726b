import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { KeyedLoad } from '../keyed-load.ts';
import { POSTGRES_TOOLS, PostgresCluster } from '../postgres-cluster.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';
import { TemporalState } from '../temporal-state.ts';

// Under load a backup is made, everything is destroyed, and the backup is restored. Then what was accepted before it arrives.

if (!POSTGRES_TOOLS)
  console.log(
    'PostgreSQL with pg_dump and pg_basebackup is not installed (Debian: postgresql): the rehearsal of a restore is skipped',
  );

const LOAD = 25;
/** Deliveries accepted before the backup, between it and the end of everything, and delivered before it. */
const LEAST = { before: 200, after: 100, delivered: 40 };

let folder: string;
let postgres: PostgresCluster;
let temporal: TemporalState;
let receiver: Receiver;
let system: System;
/** The receiver that is down until everything has been restored. */
let isDown = true;
let held: string;
/** When each restore was complete. */
const restored: Date[] = [];

describe.skipIf(!POSTGRES_TOOLS)('a restore', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-restore-'));
    chmodSync(folder, 0o755);
    [postgres, temporal, receiver] = await Promise.all([
      PostgresCluster.create(folder),
      TemporalState.create(join(folder, 'temporal')),
      startReceiver(),
    ]);
    const stack = { databaseUrl: postgres.urlOf('postgres'), temporalAddress: temporal.address };
    system = await System.start({ stack, workers: 2, retryUnit: '500ms' });
    receiver.answer((arrival, response, count) => {
      const again = receiver.of(String(arrival.headers['webhook-id'])).length > 1;
      const fails = (arrival.path === '/down' && isDown) || (arrival.path === '/flaky' && !again);
      status(fails ? 503 : 200)(arrival, response, count);
    });
    const register = async (path: string) => await system.register(new URL(path, receiver.url).toString());
    for (const path of ['/good', '/flaky', '/down']) await register(path);
    held = (await register('/held')).id;
  });
  afterAll(async () => {
    await system.stop();
    await Promise.all([postgres.stop(), temporal.stop(), receiver.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const statusesOf = async (ids: string[]) => {
    const rows = await system.sql('select id, status from deliveries where id = any($1::uuid[])', [ids]);
    return new Map(rows.map((row) => [String(row['id']), String(row['status'])]));
  };
  const untilDelivered = async (ids: string[]) =>
    await eventually(async () => {
      const statuses = await statusesOf(ids);
      const open = ids.filter((id) => statuses.get(id) !== 'delivered');
      if (open.length > 0) throw new Error(`${open.length} of ${ids.length}: ${open[0]} is ${statuses.get(open[0]!)}`);
      return true;
    }, 45_000);
  const changeHeld = async (change: 'pause' | 'resume') =>
    await system.call('POST', `/api/urpa/integrations/webhooks/${held}/${change}`);
  const destroy = async () => {
    await Promise.all([crash(system.api), ...system.livingWorkers().map(crash), temporal.kill()]);
    await postgres.destroy();
  };
  const database = () => new URL(system.databaseUrl).pathname.slice(1);

  const DUMP = { make: () => postgres.dump(database()), restore: () => postgres.restoreDump(database()) };
  const COPY = { make: () => postgres.copy(), restore: () => postgres.restoreCopy() };

  test.each([
    { backup: 'pg_dump', state: 'lost', ...DUMP },
    { backup: 'pg_basebackup', state: 'older', ...COPY },
    { backup: 'pg_dump', state: 'newer', ...DUMP },
  ])(
    'from $backup with the state of Temporal $state delivers what was accepted before',
    async ({ state, make, restore }) => {
      isDown = true;
      await changeHeld('pause');
      const load = new KeyedLoad(system, LOAD);
      await eventually(() => load.deliveries().length > LEAST.before);
      if (state === 'older') await temporal.copy();
      const before = load.deliveries();
      const known = await eventually(async () => {
        const ids = [...(await statusesOf(before))].flatMap(([id, one]) => (one === 'delivered' ? [id] : []));
        return ids.length > LEAST.delivered && ids;
      });
      await make();
      await eventually(() => load.deliveries().length > before.length + LEAST.after);
      await load.stop();
      await destroy();
      if (state === 'lost') temporal.lose();
      if (state === 'older') temporal.goBack();

      const from = receiver.arrivals.length;
      await Promise.all([restore(), temporal.start()]);
      isDown = false;
      restored.push(new Date());
      await Promise.all([system.startApi(), system.startWorker(), system.startWorker()]);
      await changeHeld('resume');
      await untilDelivered(before);
      const arrived = new Set(receiver.arrivals.map(({ headers }) => headers['webhook-id']));
      expect(before.filter((id) => !arrived.has(id))).toEqual([]);
      const again = new Set(receiver.arrivals.slice(from).map(({ headers }) => headers['webhook-id']));
      expect(known.filter((id) => again.has(id))).toEqual([]);

      const repeated = await load.repeat();
      expect(before.filter((id) => !repeated.includes(id))).toEqual([]);
      await untilDelivered(repeated);
      await eventually(async () => (await system.sql('select from outbox')).length === 0);
      expect(await system.sql(MISCOUNTED)).toEqual([]);
    },
    120_000,
  );

  test('the overview counts everything once, beyond the restores', { timeout: 100_000 }, async () => {
    await eventually(async () => {
      const [rollup] = await system.sql('select done_until > $1 as done from rollup', [restored.at(-2)]);
      return rollup!['done'];
    }, 90_000);
    expect(await system.sql(COUNTED)).toEqual(await system.sql(HAPPENED));
  });

  test('with another master key, nothing starts on the backup', async () => {
    const env = { POSTHORN_MASTER_KEY: 'ab'.repeat(32) };
    await expect(system.startWorker(env)).rejects.toThrow('ended with 1');
  });
});

/** Deliveries whose history has other attempts than are counted. */
const MISCOUNTED = `
  select d.id, d.attempts, count(distinct a.number) as noted from deliveries d left join attempts a on a.delivery_id = d.id
  group by d.id, d.attempts having d.attempts <> count(distinct a.number)`;

const COUNTED = `
  select sum(accepted)::int as accepted, sum(delivered)::int as delivered, sum(failed_attempts)::int as failed_attempts
  from outcomes where span = 30 and subject in (select id from webhooks)`;

const HAPPENED = `
  select (select count(*) from deliveries where created_at < done_until)::int as accepted,
    (count(*) filter (where error_message is null))::int as delivered,
    (count(*) filter (where error_message is not null))::int as failed_attempts
  from rollup, attempts where started_at + duration_ms * interval '1 millisecond' < done_until group by done_until`;
