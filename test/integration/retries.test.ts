import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

let system: System;
let receiver: Receiver;

/** Emits an event and returns the id of its delivery to this webhook. */
async function emitTo(webhookId: string): Promise<string> {
  const answer = await system.call('POST', '/api/urpa/events', { event: 'contact.created', data: { id: '1' } });
  const deliveries: { id: string; webhook_id: string }[] = answer.body.deliveries;
  return deliveries.find((delivery) => delivery.webhook_id === webhookId)!.id;
}

/** The activity that waits in Temporal for its next run. */
async function pendingActivity(of: System, workflowId: string) {
  const client = await of.temporal();
  return await eventually(async () => {
    const description = await client.workflow.getHandle(workflowId).describe();
    return description.raw.pendingActivities?.find((activity) => Number(activity.attempt) > 1);
  });
}

const seconds = (timestamp: { seconds?: unknown } | null | undefined) => Number(timestamp?.seconds ?? 0);

describe('with the default unit', () => {
  beforeAll(async () => {
    [system, receiver] = await Promise.all([System.start(), startReceiver()]);
    await system.register(receiver.url);
  });
  afterAll(async () => {
    await system.stop();
    await receiver.close();
  });
  beforeEach(() => receiver.answer(status(503)));

  test("Temporal's retry policy is 2, 4, 8, 16, 32 minutes", async () => {
    const [id] = await system.emit();
    const delivery = await system.reaches(id!, 'retrying');
    expect(delivery).toMatchObject({ attempts: 1, status_code: 503, error_message: expect.stringContaining('503') });
    expect(minutesUntil(delivery.next_attempt_at)).toBeCloseTo(2, 0);
    const activity = await pendingActivity(system, id!);
    const history = await (await system.temporal()).workflow.getHandle(id!).fetchHistory();
    const scheduled = history.events!.find((event) => event.activityTaskScheduledEventAttributes)!;
    const policy = scheduled.activityTaskScheduledEventAttributes!.retryPolicy!;
    const intervals = Array.from(
      { length: policy.maximumAttempts! - 1 },
      (_, index) => (seconds(policy.initialInterval) * policy.backoffCoefficient! ** index) / 60,
    );
    expect(intervals).toEqual([2, 4, 8, 16, 32]);
    expect(seconds(activity.currentRetryInterval)).toBe(120);
    expect(activity.lastFailure!.message).toMatch(/^attempt 1 of 6 failed with 503, next at 20/);
  });

  test('a manual retry sends now, and the next delay is 4 minutes', async () => {
    const [id] = await system.emit();
    await system.reaches(id!, 'retrying');
    expect((await system.retry(id!)).status).toBe(202);
    const delivery = await eventually(async () => {
      const now = await system.delivery(id!);
      return now.attempts === 2 && now;
    });
    expect(delivery.status).toBe('retrying');
    expect(delivery.attempt_history.map((attempt) => attempt.trigger)).toEqual(['automatic', 'manual']);
    expect(minutesUntil(delivery.next_attempt_at)).toBeCloseTo(4, 0);
    await eventually(async () => seconds((await pendingActivity(system, id!)).currentRetryInterval) === 240);
  });

  test('two retries at the same time send once', async () => {
    const [id] = await system.emit();
    await system.reaches(id!, 'retrying');
    receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(500).end(), 300));
    const answers = await Promise.all([system.retry(id!), system.retry(id!)]);
    expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
    await eventually(async () => (await system.delivery(id!)).attempts === 2);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(receiver.of(id!)).toHaveLength(2);
  });

  test('an attempt in flight counts as the retry', async () => {
    receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(500).end(), 1_000));
    const [id] = await system.emit();
    await eventually(() => receiver.of(id!).length === 1);
    expect((await system.retry(id!)).status).toBe(202);
    const delivery = await system.reaches(id!, 'retrying');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(receiver.of(id!)).toHaveLength(1);
    expect(delivery.attempts).toBe(1);
  });

  test('a retry of a delivered delivery is refused unless forced', async () => {
    receiver.answer(status(200));
    const [id] = await system.emit();
    await system.reaches(id!, 'delivered');
    const refused = await system.retry(id!);
    expect(refused.status).toBe(409);
    expect(refused.body.code).toBe('already_delivered');
    expect((await system.retry(id!, { force: true })).status).toBe(202);
    await eventually(() => receiver.of(id!).length === 2);
    expect((await system.reaches(id!, 'delivered')).attempt_history).toHaveLength(2);
  });

  test('Retry-After delays the next attempt, in the history and in Temporal', async () => {
    receiver.answer(status(429, { 'retry-after': '600' }));
    const [id] = await system.emit();
    const delivery = await system.reaches(id!, 'retrying');
    expect(minutesUntil(delivery.next_attempt_at)).toBeCloseTo(10, 0);
    const activity = await pendingActivity(system, id!);
    expect((seconds(activity.scheduledTime) * 1000 - Date.now()) / 60_000).toBeCloseTo(10, 0);
  });

  test('410 turns the webhook off and cancels its remaining deliveries', async () => {
    const gone = await startReceiver();
    const webhook = await system.register(gone.url, { events: ['contact.created'] });
    gone.answer(status(500));
    const waiting = await emitTo(webhook.id);
    await system.reaches(waiting, 'retrying');
    gone.answer(status(410));
    await emitTo(webhook.id);
    await system.reaches(waiting, 'cancelled');
    const off = await system.call('GET', `/api/urpa/integrations/webhooks/${webhook.id}`);
    expect(off.body).toMatchObject({ active: false, inactive_reason: expect.stringContaining('410') });
    const list = await system.call('GET', `/api/urpa/webhooks/events?webhook_id=${webhook.id}&status=failed`);
    expect(list.body.data).toMatchObject([{ status_code: 410, attempts: 1 }]);
    const entries = await system.sql(
      `select actor from audit_log where action = 'webhook.turned_off' and subject_id = $1`,
      [webhook.id],
    );
    expect(entries).toEqual([{ actor: 'posthorn' }]);
    await gone.close();
  });
});

describe('with a small unit', () => {
  beforeAll(async () => {
    [system, receiver] = await Promise.all([System.start({ retryUnit: '100ms' }), startReceiver()]);
    await system.register(receiver.url);
  });
  afterAll(async () => {
    await system.stop();
    await receiver.close();
  });

  test('all six attempts are made after their delays, and then the delivery has failed', async () => {
    receiver.answer(status(500));
    const [id] = await system.emit();
    const delivery = await system.reaches(id!, 'failed', 40_000);
    const arrivals = receiver.of(id!);
    expect(arrivals).toHaveLength(6);
    expect(new Set(arrivals.map((arrival) => arrival.body)).size).toBe(1);
    const waits = arrivals.slice(1).map((arrival, index) => arrival.at - arrivals[index]!.at);
    waits.forEach((wait, index) => expect(wait).toBeGreaterThanOrEqual(2 ** (index + 1) * 100 - 20));
    expect(delivery).toMatchObject({ attempts: 6, max_attempts: 6, next_attempt_at: null });
    expect(delivery.attempt_history.map((attempt) => attempt.number)).toEqual([1, 2, 3, 4, 5, 6]);
    const description = await eventually(async () => {
      const now = await (await system.temporal()).workflow.getHandle(id!).describe();
      return now.status.name === 'FAILED' && now;
    });
    expect(description.status.name).toBe('FAILED');
  });

  test('a retry after the last attempt restarts the schedule', async () => {
    receiver.answer(status(500));
    const [id] = await system.emit();
    await system.reaches(id!, 'failed', 40_000);
    receiver.answer((_arrival, response) => response.writeHead(receiver.of(id!).length === 8 ? 200 : 500).end());
    expect((await system.retry(id!)).status).toBe(202);
    const delivery = await system.reaches(id!, 'delivered');
    expect(delivery).toMatchObject({ attempts: 8, max_attempts: 12 });
    expect(delivery.attempt_history.map((attempt) => attempt.trigger).slice(6)).toEqual(['manual', 'automatic']);
  });

  test('a failing group is retried until its last member is delivered', async () => {
    const flaky = await startReceiver();
    await system.register(flaky.url, { events: ['contact.created'] });
    const failures = new Map<string, number>();
    flaky.answer((arrival, response) => {
      const key = String(arrival.headers['webhook-id']);
      const seen = (failures.get(key) ?? 0) + 1;
      failures.set(key, seen);
      response.writeHead(seen <= 2 ? 500 : 200).end();
    });
    const events = Array.from({ length: 120 }, (_, index) => ({
      event: 'contact.created',
      data: { id: String(index) },
    }));
    await system.call('POST', '/api/urpa/events/batch', { events });
    await eventually(async () => {
      const rows = await system.sql(
        `select count(*)::int as n from deliveries where event_type = 'contact.created' and status = 'delivered' and attempts = 3`,
      );
      return rows[0]!['n'] === 120;
    }, 40_000);
    expect(flaky.arrivals).toHaveLength(360);
    await flaky.close();
  });
});

function minutesUntil(time: string | null): number {
  return (Date.parse(time!) - Date.now()) / 60_000;
}
