import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { eventually } from '../eventually.ts';
import { System } from '../system.ts';

const DROP_ALL = `
  do $$ declare name text; begin
    for name in select inhrelid::regclass from pg_inherits where inhparent in ('events'::regclass, 'deliveries'::regclass, 'attempts'::regclass)
    loop execute 'drop table ' || name; end loop;
  end $$`;

let system: System;
beforeAll(async () => {
  const temporalAddress = `127.0.0.1:${await findFreePort()}`;
  system = await System.start({ workers: 0, stack: { databaseUrl: inject('databaseUrl'), temporalAddress } });
});
afterAll(() => system.stop());

test('a worker creates missing partitions even without Temporal', async () => {
  await system.sql(DROP_ALL);
  const emit = () => system.call('POST', '/api/urpa/events', { event: 'activity.created', data: { id: '1' } });
  expect((await emit()).status).toBe(500);
  await system.startWorker();
  await eventually(async () => (await emit()).status === 202);
  const ready = await system.call('GET', '/readyz');
  expect(Date.parse(ready.body.partitions_until)).toBeGreaterThan(Date.now() + 8 * 7 * 24 * 3600 * 1000);
});
