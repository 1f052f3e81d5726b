import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { ACCEPT_ATTEMPTS, refuseAttemptsOf } from '../refuse-attempts.ts';
import { System } from '../system.ts';

/** More than get their own workflow. */
const MANY = 30;

let system: System;
let receiver: Receiver;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
});
afterAll(async () => {
  await Promise.all([system.stop(), receiver.close()]);
});

test('an attempt that PostgreSQL refuses does not delay the workflows of others, and is recorded once it can be', async () => {
  const { id: webhook } = await system.register(receiver.url);
  const change = (what: string) => system.call('POST', `/api/urpa/integrations/webhooks/${webhook}/${what}`);
  await change('pause');
  const ids: string[] = [];
  for (let count = 0; count < MANY; count++) ids.push(...(await system.emit()));
  const refused = ids.pop()!;
  await system.sql(refuseAttemptsOf(refused));
  await change('resume');

  const workflowsOf = async () => {
    const rows = await system.sql(`select status, workflow_id from deliveries where id = any($1)`, [ids]);
    return rows.every(({ status }) => status === 'delivered') ? new Set(rows.map((row) => row['workflow_id'])) : null;
  };
  const workflows = await eventually(workflowsOf);
  expect(workflows.size).toBeLessThan(MANY);
  const { workflow } = await system.temporal();
  for (const id of workflows) {
    await eventually(async () => (await workflow.getHandle(String(id)).describe()).status.name === 'COMPLETED');
  }
  expect(await system.sql('select delivery_id from outbox where claimed_by is not null')).toEqual([
    { delivery_id: refused },
  ]);
  expect(receiver.of(refused)).toHaveLength(1);

  await system.sql(ACCEPT_ATTEMPTS);
  expect(await system.reaches(refused, 'delivered', 60_000)).toMatchObject({ attempts: 1 });
  expect(receiver.of(refused)).toHaveLength(1);
});
