import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

/** More webhooks in one group than a Temporal search attribute can name. */
const WEBHOOKS = 200;

let system: System;
let receiver: Receiver;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  for (let count = 0; count < WEBHOOKS; count++) await system.register(`${receiver.url}/${count}`);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

test('an event is delivered to two hundred webhooks, and Temporal accepts the workflows', async () => {
  const ids = await system.emit();
  expect(ids).toHaveLength(WEBHOOKS);
  await eventually(() => ids.every((id) => receiver.of(id).length === 1), 20_000);
  const client = await system.temporal();
  await eventually(async () => {
    const workflows = await system.sql('select distinct workflow_id from deliveries where workflow_id is not null');
    expect(workflows.length).toBeGreaterThan(0);
    for (const { workflow_id: id } of workflows) {
      expect((await client.workflow.getHandle(String(id)).describe()).status.name).toBe('COMPLETED');
    }
    return true;
  }, 20_000);
});
