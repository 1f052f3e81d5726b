import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { ONE_ATTEMPT } from '../failures.ts';
import { pause } from '../load.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const HOOKS = '/api/urpa/integrations/webhooks';

let system: System;
let failing: Receiver;
let wavering: Receiver;

beforeAll(async () => {
  const env = { POSTHORN_AUTO_PAUSE_AFTER: '1s' };
  [system, failing, wavering] = await Promise.all([System.start({ env }), startReceiver(), startReceiver()]);
});
afterAll(async () => {
  await system.stop();
  await Promise.all([failing.close(), wavering.close()]);
});

async function deliver(count: number, event: string, wanted: string): Promise<void> {
  const ids = await Promise.all(Array.from({ length: count }, () => system.emit({ id: '1' }, event)));
  await Promise.all(ids.map(([id]) => system.reaches(id!, wanted)));
}

test('a webhook whose attempts all fail for the set time is paused with a reason; one success prevents it', async () => {
  const { id: waveringId } = await system.register(wavering.url, { ...ONE_ATTEMPT, events: ['contact.updated'] });
  const { id } = await system.register(failing.url, ONE_ATTEMPT);
  failing.answer(status(500));
  wavering.answer(status(500));
  await deliver(6, 'contact.updated', 'failed');
  await deliver(6, 'activity.created', 'failed');
  await pause(1_200);
  wavering.answer(status(200));
  await deliver(1, 'contact.updated', 'delivered');
  wavering.answer(status(500));
  await deliver(6, 'contact.updated', 'failed');
  await deliver(6, 'activity.created', 'failed');

  const paused = await eventually(async () => {
    const { body } = await system.call('GET', `${HOOKS}/${id}`);
    return body.paused && body;
  }, 90_000);
  expect(paused).toMatchObject({ active: true, paused_at: expect.any(String) });
  expect(paused.paused_reason).toMatch(/^all 12 attempts since \S+Z failed$/);
  const other = (await system.call('GET', `${HOOKS}/${waveringId}`)).body;
  expect(other).toMatchObject({ paused: false, paused_reason: null });
  const log = `select actor, action, details from audit_log where action = 'webhook.auto_paused'`;
  expect(await system.sql(log)).toEqual([
    { actor: 'posthorn', action: 'webhook.auto_paused', details: expect.objectContaining({ failures: 12 }) },
  ]);

  const [held] = await system.emit();
  await system.reaches(held!, 'held');
  failing.answer(status(200));
  const resumed = (await system.call('POST', `${HOOKS}/${id}/resume`)).body;
  expect(resumed).toMatchObject({ paused: false, paused_at: null, paused_reason: null });
  await system.reaches(held!, 'delivered');
  const count = 'select failures, failing_since from last_failures where webhook_id = $1';
  expect(await system.sql(count, [id])).toEqual([{ failures: 0, failing_since: null }]);
}, 180_000);
