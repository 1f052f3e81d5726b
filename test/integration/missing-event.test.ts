import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { makeFailures, ONE_ATTEMPT, recoveryReaches, startRecovery } from '../failures.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

let system: System;
let receiver: Receiver;
/** A failed delivery whose event was dropped with its partition. */
let id: string;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  await system.register(receiver.url, ONE_ATTEMPT);
  [id] = (await makeFailures(system, receiver, 1)) as [string];
  await system.sql('delete from events');
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

test('cannot be retried', async () => {
  expect(await system.retry(id)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await system.sql('select from outbox')).toEqual([]);
});

test('is skipped by a recovery, with the reason', async () => {
  const { id: recovery } = await startRecovery(system, { filter: {} });
  const ended = await recoveryReaches(system, recovery, 'completed');
  expect(ended).toMatchObject({ matched: 1, retried: 0, skipped: 1, skipped_reasons: { event_expired: 1 } });
});

test('fails with the reason if it is queued anyway', async () => {
  await system.sql(`update deliveries set status = 'retrying', failed_at = null where id = $1`, [id]);
  await system.sql(
    `insert into outbox (delivery_id, event_id, webhook_id, attempts, max_attempts, due_at)
     select id, event_id, webhook_id, 1, 6, now() from deliveries`,
  );
  await eventually(async () => (await system.sql('select from outbox')).length === 0);
  expect(
    await system.sql('select status, attempts, error_message, failed_at is not null as ended from deliveries'),
  ).toEqual([{ status: 'failed', attempts: 1, error_message: 'its event is no longer kept', ended: true }]);
  expect(receiver.arrivals).toEqual([]);
});
