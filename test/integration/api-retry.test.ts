import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DELIVERIES, organization, startApi, WEBHOOKS, type TestApi } from '../api.ts';

let api: TestApi;
let webhookId: string;
beforeAll(async () => {
  api = await startApi();
  webhookId = (await api.register()).id;
});
afterAll(() => api.close());

const sql = async (text: string, params: unknown[]) => (await api.database.pool.query(text, params)).rows;
const retry = (id: string, body?: unknown) =>
  api.ask('POST', `${DELIVERIES}/${id}/retry`, body === undefined ? {} : { body });
const queued = (id: string) => sql('select * from outbox where delivery_id = $1', [id]);

async function emit(): Promise<string> {
  return (await api.emit())[0]!;
}

/** A delivery that has ended, after six attempts or after one. */
async function end(status: 'failed' | 'delivered' | 'cancelled', attempts: number): Promise<string> {
  const id = await emit();
  await sql('delete from outbox where delivery_id = $1', [id]);
  await sql(
    `update deliveries set status = $2, attempts = $3, next_attempt_at = null,
       failed_at = case when $2 <> 'delivered' then now() end, delivered_at = case when $2 = 'delivered' then now() end
     where id = $1`,
    [id, status, attempts],
  );
  return id;
}

test('in backoff, the next attempt is made now and the rest of the schedule stays', async () => {
  const id = await emit();
  await sql(
    `update outbox set attempts = 1, next_attempt_at = now() + interval '2 minutes', due_at = now() + interval '2 minutes'
     where delivery_id = $1`,
    [id],
  );
  await sql(`update deliveries set status = 'retrying', attempts = 1 where id = $1`, [id]);
  const before = Date.now();
  const answer = await retry(id);
  expect(answer).toMatchObject({ status: 202, body: { id, status: 'retrying', in_flight: false } });
  expect(Date.parse(answer.body.next_attempt_at)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(answer.body.next_attempt_at)).toBeLessThanOrEqual(Date.now());
  const [row] = await queued(id);
  expect(row).toMatchObject({ attempts: 1, max_attempts: 6, round_start: 0, trigger: 'manual', claimed_by: null });
  expect(row.due_at.getTime()).toBeLessThan(Date.now() + 1_000);
  expect(await retry(id, { force: false })).toMatchObject({ status: 202 });
  expect(await queued(id)).toHaveLength(1);
});

test('an attempt in flight counts as the retry', async () => {
  const id = await emit();
  await sql('update outbox set claimed_by = $2 where delivery_id = $1', [id, uuidv7()]);
  const [before] = await queued(id);
  expect(await retry(id)).toMatchObject({ status: 202, body: { in_flight: true } });
  expect(await queued(id)).toEqual([before]);
});

test('after the last attempt the schedule restarts', async () => {
  for (const status of ['failed', 'cancelled'] as const) {
    const id = await end(status, 6);
    expect(await retry(id)).toMatchObject({ status: 202, body: { status: 'retrying' } });
    expect(await queued(id)).toMatchObject([{ attempts: 6, round_start: 6, max_attempts: 12, trigger: 'manual' }]);
    const { body } = await api.ask('GET', `${DELIVERIES}/${id}`);
    expect(body).toMatchObject({ status: 'retrying', max_attempts: 12 });
    const minutes = body.schedule.map(({ at }: { at: string }) =>
      Math.round((Date.parse(at) - Date.parse(body.next_attempt_at)) / 60_000),
    );
    expect(minutes).toEqual([0, 2, 6, 14, 30, 62]);
  }
  const untried = await end('cancelled', 0);
  expect(await retry(untried)).toMatchObject({ status: 202, body: { status: 'pending' } });
});

test('ten simultaneous retries queue the delivery once', async () => {
  const id = await end('failed', 6);
  const answers = await Promise.all(Array.from({ length: 10 }, () => retry(id)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(await queued(id)).toMatchObject([{ max_attempts: 12 }]);
});

test('a delivered delivery is only sent again with force', async () => {
  const id = await end('delivered', 1);
  expect(await retry(id)).toMatchObject({
    status: 409,
    body: { code: 'already_delivered', detail: expect.stringContaining('"force": true') },
  });
  expect(await queued(id)).toEqual([]);
  expect(await retry(id, { force: true })).toMatchObject({ status: 202 });
  expect(await queued(id)).toHaveLength(1);
});

test('a paused, turned-off or deleted webhook refuses with the reason', async () => {
  const webhook = `${WEBHOOKS}/${webhookId}`;
  const id = await end('failed', 6);
  const waiting = await emit();
  await api.ask('POST', `${webhook}/pause`);
  for (const delivery of [id, waiting])
    expect(await retry(delivery)).toMatchObject({ status: 409, body: { code: 'webhook_paused' } });
  await api.ask('POST', `${webhook}/resume`);
  await api.ask('PUT', webhook, { body: { active: false } });
  for (const delivery of [id, waiting])
    expect(await retry(delivery)).toMatchObject({ status: 409, body: { code: 'webhook_inactive' } });
  await api.ask('PUT', webhook, { body: { active: true } });
  expect(await retry(waiting)).toMatchObject({ status: 202, body: { status: 'pending' } });
  await api.ask('DELETE', webhook);
  expect(await retry(id)).toMatchObject({ status: 409, body: { code: 'webhook_deleted' } });
  expect(await queued(id)).toEqual([]);
  webhookId = (await api.register()).id;
});

test('pausing and resuming changes all deliveries that are not in flight', async () => {
  const [free, flying] = [await emit(), await emit()];
  await sql('update outbox set claimed_by = $2 where delivery_id = $1', [flying, uuidv7()]);
  await sql('update outbox set attempts = 2 where delivery_id = $1', [free]);
  await api.ask('POST', `${WEBHOOKS}/${webhookId}/pause`);
  expect(await queued(free)).toMatchObject([{ due_at: null }]);
  expect(await queued(flying)).toMatchObject([{ due_at: expect.any(Date) }]);
  await api.ask('POST', `${WEBHOOKS}/${webhookId}/resume`);
  expect(await queued(free)).toMatchObject([{ due_at: expect.any(Date), attempts: 2 }]);
  expect((await api.ask('GET', `${DELIVERIES}/${free}`)).body.status).toBe('retrying');
  await api.ask('PUT', `${WEBHOOKS}/${webhookId}`, { body: { active: false } });
  expect(await queued(free)).toEqual([]);
  expect(await queued(flying)).toHaveLength(1);
});

test('a delivery locked by an older statement during the resume is sent as well', async () => {
  await api.ask('PUT', `${WEBHOOKS}/${webhookId}`, { body: { active: true } });
  const id = await emit();
  await api.ask('POST', `${WEBHOOKS}/${webhookId}/pause`);
  const older = await api.database.pool.connect();
  try {
    await older.query('begin');
    await older.query('update outbox set claimed_by = null where delivery_id = $1', [id]);
    const resumed = api.ask('POST', `${WEBHOOKS}/${webhookId}/resume`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await queued(id)).toMatchObject([{ due_at: null }]);
    await older.query('commit');
    expect(await resumed).toMatchObject({ status: 200, body: { paused: false } });
  } finally {
    older.release();
  }
  expect(await queued(id)).toMatchObject([{ due_at: expect.any(Date) }]);
  expect((await api.ask('GET', `${DELIVERIES}/${id}`)).body.status).toBe('pending');
});

test('pausing, resuming, turning off and retrying at the same time leave a consistent state', async () => {
  await api.ask('PUT', `${WEBHOOKS}/${webhookId}`, { body: { active: true } });
  const ids = await Promise.all(Array.from({ length: 20 }, emit));
  const webhook = `${WEBHOOKS}/${webhookId}`;
  const answers = await Promise.all([
    ...ids.map((id) => retry(id)),
    ...['pause', 'resume', 'pause', 'resume'].map((action) => api.ask('POST', `${webhook}/${action}`)),
    api.ask('PUT', webhook, { body: { active: false } }),
    api.ask('PUT', webhook, { body: { active: true } }),
  ]);
  expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
  await api.ask('PUT', webhook, { body: { active: true } });
  await api.ask('POST', `${webhook}/resume`);
  const rows = await sql(
    `select d.status, o.due_at is not null as due from deliveries d left join outbox o on o.delivery_id = d.id
     where d.id = any($1)`,
    [ids],
  );
  for (const { status, due } of rows) expect({ status, due }).toEqual({ status, due: status === 'pending' });
  expect(rows.filter(({ status }) => status === 'held')).toEqual([]);
});

test('unknown ids are 404, invalid requests 422 or 400, and the audit log names the actor', async () => {
  await api.ask('PUT', `${WEBHOOKS}/${webhookId}`, { body: { active: true } });
  for (const id of [uuidv7(), 'nonsense']) {
    expect((await retry(id)).body).toMatchObject({ status: 404, detail: 'there is no delivery with this id' });
  }
  const id = await end('failed', 6);
  expect((await api.ask('POST', `${organization('x')}/webhooks/events/${id}/retry`)).status).toBe(404);
  expect((await retry(id, { force: 'yes' })).body.errors).toEqual([{ path: 'force', message: 'must be a boolean' }]);
  expect((await retry(id, '{')).status).toBe(400);
  expect(await queued(id)).toEqual([]);
  const key = await api.makeKey({ name: 'on call', platform: 'urpa', scopes: ['events:write'] });
  await api.ask('POST', `${DELIVERIES}/${id}/retry`, { key });
  const rows = await sql('select actor, action, details from audit_log where subject_id = $1', [id]);
  expect(rows).toEqual([{ actor: 'on call', action: 'delivery.retried', details: { result: 'due', force: false } }]);
});
