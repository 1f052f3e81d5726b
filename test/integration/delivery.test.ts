import { createHmac } from 'node:crypto';
import { getPriority } from 'node:os';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

let system: System;
let receiver: Receiver;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

test('a URPA event arrives signed, and its history and its workflow show it', async () => {
  const webhook = await system.register(receiver.url);
  const emitted = await system.call('POST', '/api/urpa/events', {
    event: 'activity.created',
    data: { id: '42', title: 'Ünï/code', big: '9007199254740993' },
    timestamp: '2026-01-22T10:30:00Z',
  });
  expect(emitted.status).toBe(202);
  const [{ id }] = emitted.body.deliveries;
  const delivery = await system.reaches(id, 'delivered');

  expect(receiver.of(id)).toHaveLength(1);
  const { body, headers } = receiver.of(id)[0]!;
  expect(body).toBe(
    '{"event":"activity.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":"42","title":"\\u00dcn\\u00ef\\/code","big":"9007199254740993"}}',
  );
  expect(headers['x-urpa-signature']).toBe(createHmac('sha256', webhook.secret).update(body).digest('hex'));
  expect(headers['x-urpa-event']).toBe('activity.created');
  expect(headers['x-urpa-delivery']).toBe(id);
  expect(headers['content-type']).toBe('application/json');
  new Webhook(webhook.secret).verify(body, headers as Record<string, string>);

  expect(delivery).toMatchObject({
    attempts: 1,
    max_attempts: 6,
    status_code: 200,
    event_id: emitted.body.id,
    workflow_id: id,
  });
  expect(delivery.attempt_history).toMatchObject([{ number: 1, trigger: 'automatic', status_code: 200 }]);
  expect(delivery.payload).toEqual(JSON.parse(body));
  const workflow = (await system.temporal()).workflow.getHandle(id);
  expect(await workflow.result()).toEqual({ delivered: 1 });
});

test('integers beyond 2^53 arrive with every digit', async () => {
  const body = '{"event":"activity.created","data":{"id":9007199254740993,"huge":123456789012345678901234567890}}';
  const emitted = await system.call('POST', '/api/urpa/events', body);
  const id = emitted.body.deliveries[0].id;
  await system.reaches(id, 'delivered');
  expect(receiver.of(id)[0]!.body).toContain('"data":{"id":9007199254740993,"huge":123456789012345678901234567890}');
});

test("two organizations of 4Calls do not see each other's data", async () => {
  const base = (orgId: string) => `/api/coordinator/organizations/${orgId}`;
  const fields = { url: receiver.url, events: ['contact.created'] };
  const [a, b] = await Promise.all(
    ['org-a', 'org-b'].map((org) => system.call('POST', `${base(org)}/webhooks`, fields)),
  );
  const emitted = await system.call('POST', `${base('org-a')}/events`, {
    event: 'contact.created',
    data: { id: 'c1' },
  });
  expect(emitted.body.deliveries).toMatchObject([{ webhook_id: a!.body.id }]);
  const id = emitted.body.deliveries[0].id;
  const arrival = await eventually(() => receiver.of(id)[0]);
  expect(arrival.headers['x-4calls-event']).toBe('contact.created');
  expect(arrival.headers['x-4calls-signature']).toBe(
    createHmac('sha256', a!.body.secret).update(arrival.body).digest('hex'),
  );

  expect((await system.call('GET', `${base('org-a')}/webhooks/events/${id}`)).status).toBe(200);
  expect((await system.call('GET', `${base('org-b')}/webhooks/events/${id}`)).status).toBe(404);
  expect((await system.call('POST', `${base('org-b')}/webhooks/events/${id}/retry`)).status).toBe(404);
  expect((await system.call('GET', `${base('org-b')}/webhooks/events`)).body.data).toEqual([]);
  expect((await system.call('GET', `${base('org-b')}/webhooks/${a!.body.id}`)).status).toBe(404);
  expect((await system.call('GET', `${base('org-b')}/webhooks`)).body.data).toMatchObject([{ id: b!.body.id }]);
});

test('workflows can be found by their search attributes', async () => {
  const [id] = await system.emit();
  await system.reaches(id!, 'delivered');
  const { webhook_id } = await system.delivery(id!);
  const client = await system.temporal();
  const query = `PosthornPlatform = 'urpa' and PosthornWebhook = '${webhook_id}' and PosthornEventType = 'activity.created'`;
  await eventually(async () => {
    for await (const workflow of client.workflow.list({ query })) if (workflow.workflowId === id) return true;
    return false;
  });
});

test('a burst is delivered exactly once, with far fewer workflows', async () => {
  const burst = await startReceiver();
  await system.register(burst.url, { events: ['contact.created'] });
  const events = Array.from({ length: 600 }, (_, index) => ({ event: 'contact.created', data: { id: String(index) } }));
  const emitted = await system.call('POST', '/api/urpa/events/batch', { events });
  expect(emitted.status).toBe(202);
  await eventually(() => burst.arrivals.length >= 600);
  const seen = burst.arrivals.map((arrival) => (JSON.parse(arrival.body) as { data: { id: string } }).data.id);
  expect(new Set(seen).size).toBe(600);
  expect(seen).toHaveLength(600);
  const [row] = await eventually(async () => {
    const rows = await system.sql(
      `select count(distinct workflow_id)::int as workflows, count(*) filter (where status <> 'delivered')::int as open
       from deliveries where event_type = 'contact.created' and platform = 'urpa'`,
    );
    return rows[0]!['open'] === 0 ? rows : null;
  });
  expect(row!['workflows']).toBeLessThan(100);
  await burst.close();
});

test('a Temporal schedule maintains the tables: it has run and will run again', async () => {
  const client = await system.temporal();
  const description = await eventually(async () => {
    const now = await client.schedule.getHandle(`${system.taskQueue}-maintenance`).describe();
    return now.info.recentActions.length > 0 && now;
  });
  expect(description.info.nextActionTimes[0]!.getTime()).toBeGreaterThan(Date.now());
  const action = description.info.recentActions[0]!.action;
  expect(await client.workflow.getHandle(action.workflow.workflowId).result()).toEqual([]);
});

test('cancelling a workflow in Temporal cancels its delivery', async () => {
  const failing = await startReceiver();
  failing.answer(status(500));
  const webhook = await system.register(failing.url, { events: ['activity.completed'] });
  const [id] = await system.emit({ id: '1' }, 'activity.completed');
  const { workflow_id } = await system.reaches(id!, 'retrying');
  const workflow = (await system.temporal()).workflow.getHandle(workflow_id!);
  await eventually(() => workflow.cancel().then(() => true));
  const delivery = await system.reaches(id!, 'cancelled');
  expect(delivery.error_message).toContain('Temporal');
  expect(delivery.webhook_id).toBe(webhook.id);
  await failing.close();
});

test('the API has a lower CPU priority than the worker', () => {
  expect(getPriority(system.api.pid)).toBeGreaterThan(getPriority(system.workers[0]!.pid));
});
