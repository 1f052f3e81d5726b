import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HistoryFilter } from '../../delivery/history/history-sources.ts';
import { historyQuery } from '../../delivery/history/history.ts';
import { DELIVERIES, organization, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const idsOf = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);
const sql = (text: string, params: unknown[] = []) => api.database.pool.query(text, params);

/** Updates a delivery as a worker would after its attempts. */
async function record(
  id: string,
  status: string,
  attempts: { code: number | null; error: string | null }[],
): Promise<void> {
  let last = '';
  for (const [index, { code, error }] of attempts.entries()) {
    last = uuidv7();
    await sql(
      `insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms, status_code, response_headers,
         response_body, error_message) values ($1, $2, $3, 'automatic', now(), 12, $4, '{"server":"x"}', $5, $6)`,
      [id, last, index + 1, code, `answer ${index + 1}`, error],
    );
  }
  const { code, error } = attempts.at(-1)!;
  await sql(
    `update deliveries set status = $2, attempts = $3, status_code = $4, error_message = $5, last_attempt_id = $6,
       next_attempt_at = case when $2 = 'retrying' then now() + interval '4 minutes' end,
       delivered_at = case when $2 = 'delivered' then now() end, failed_at = case when $2 = 'failed' then now() end
     where id = $1`,
    [id, status, attempts.length, code, error, last],
  );
  if (status === 'retrying') await sql('update outbox set attempts = $2 where delivery_id = $1', [id, attempts.length]);
  else await sql('delete from outbox where delivery_id = $1', [id]);
}

const failure = { code: 503, error: 'answered 503' };
const success = { code: 200, error: null };

describe('the list', () => {
  const base = organization('history');
  const path = `${base}/webhooks/events`;
  const made: Record<string, string> = {};
  let webhook: { id: string };
  let other: { id: string };
  const list = async (query: string) => idsOf((await api.ask('GET', `${path}?${query}`)).body);

  beforeAll(async () => {
    webhook = await api.register({ events: ['contact.created', 'contact.updated'] }, `${base}/webhooks`);
    for (const status of ['pending', 'retrying', 'delivered', 'failed', 'cancelled', 'held']) {
      made[status] = (await api.emit({}, base))[0]!;
    }
    await record(made['retrying']!, 'retrying', [failure, failure]);
    await record(made['delivered']!, 'delivered', [failure, success]);
    await record(made['failed']!, 'failed', [failure]);
    await sql(`update deliveries set status = 'cancelled', failed_at = now() where id = $1`, [made['cancelled']]);
    await sql(`update deliveries set status = 'held' where id = $1`, [made['held']]);
    await sql(`update outbox set due_at = null where delivery_id = $1`, [made['held']]);
    await sql('delete from outbox where delivery_id = $1', [made['cancelled']]);
    other = await api.register({ events: ['contact.updated'] }, `${base}/webhooks`);
  });

  test('is sorted newest first, with the last response', async () => {
    const { status, body } = await api.ask('GET', path);
    expect(status).toBe(200);
    expect(idsOf(body)).toEqual(Object.values(made).toReversed());
    expect(body.next_cursor).toBeNull();
    expect(body.data.find(({ id }: { id: string }) => id === made['delivered'])).toEqual({
      id: made['delivered'],
      webhook_id: webhook.id,
      event_id: expect.any(String),
      event: 'contact.created',
      status: 'delivered',
      attempts: 2,
      max_attempts: 6,
      status_code: 200,
      response_body: 'answer 2',
      error_message: null,
      next_attempt_at: null,
      delivered_at: expect.stringMatching(/Z$/),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
  });

  test.each(['pending', 'retrying', 'delivered', 'failed', 'cancelled', 'held'])(
    'filters by the status %s',
    async (status) => {
      expect(await list(`status=${status}`)).toEqual([made[status]]);
      expect(await list(`status=${status}&webhook_id=${webhook.id}`)).toEqual([made[status]]);
    },
  );

  test('filters by several statuses', async () => {
    expect(await list('status=failed,pending')).toEqual([made['failed'], made['pending']]);
    expect(await list('status=held,%20retrying,cancelled')).toEqual([
      made['held'],
      made['cancelled'],
      made['retrying'],
    ]);
    expect(await list('status=delivered,held')).toEqual([made['held'], made['delivered']]);
    expect(await list('status=failed,pending&limit=1')).toEqual([made['failed']]);
  });

  test('filters by event, webhook and time', async () => {
    const [updated] = await api.emit({ event: 'contact.updated' }, base).then((ids) => ids.toSorted());
    expect((await list('event=contact.updated')).length).toBe(2);
    expect(await list('event=contact.updated&status=delivered')).toEqual([]);
    expect(await list(`webhook_id=${other.id}`)).toHaveLength(1);
    expect(await list(`webhook_id=${uuidv7()}`)).toEqual([]);
    const { created_at: at } = (await api.ask('GET', `${path}/${updated}`)).body;
    expect(await list(`until=${at}`)).not.toContain(updated);
    expect(await list(`since=${new Date(Date.parse(at) - 5).toISOString()}`)).toContain(updated);
    expect(await list(`since=${encodeURIComponent('2000-01-01T00:00:00+02:00')}&until=2001-01-01T00:00:00Z`)).toEqual(
      [],
    );
  });

  test('includes deliveries of deleted webhooks', async () => {
    await api.ask('DELETE', `${base}/webhooks/${other.id}`);
    const { body } = await api.ask('GET', `${path}?webhook_id=${other.id}`);
    expect(body.data).toMatchObject([{ status: 'cancelled', error_message: 'the webhook was deleted' }]);
  });

  test('does not show deliveries of other organizations', async () => {
    const { body } = await api.ask('GET', `${organization('stranger')}/webhooks/events?webhook_id=${webhook.id}`);
    expect(body.data).toEqual([]);
    expect((await api.ask('GET', `${organization('stranger')}/webhooks/events/${made['failed']}`)).status).toBe(404);
    expect((await api.ask('GET', `${DELIVERIES}/${made['failed']}`)).status).toBe(404);
  });

  test.each([
    [
      'status=lost',
      'status[0]',
      'unknown status "lost"; valid are pending, retrying, delivered, failed, cancelled, held',
    ],
    [
      'event=contact.creatd',
      'event',
      expect.stringContaining('valid are contact.created, contact.updated, appointment'),
    ],
    ['webhook_id=7', 'webhook_id', 'must be a UUID'],
    ['since=yesterday', 'since', 'must be a time such as 2026-01-22T10:30:00Z'],
    ['until=2026-01-22', 'until', 'must be a time such as 2026-01-22T10:30:00Z'],
    ['limit=0', 'limit', 'must be a whole number from 1 to 200'],
    ['limit=201', 'limit', 'must be a whole number from 1 to 200'],
    ['cursor=nonsense', 'cursor', 'must be a next_cursor that the API gave'],
  ])('refuses %s', async (query, errorPath, message) => {
    const answer = await api.ask('GET', `${path}?${query}`);
    expect(answer.body).toMatchObject({ status: 422, code: 'invalid_request', errors: [{ path: errorPath, message }] });
  });

  test.each(['status', 'event', 'webhook_id', 'since', 'until', 'limit', 'cursor'])(
    'refuses an empty %s',
    async (name) => {
      const answer = await api.ask('GET', `${path}?${name}=`);
      const errors = [{ path: name, message: 'must not be empty; give it a value or leave it out' }];
      expect(answer.body).toMatchObject({ status: 422, code: 'invalid_request', errors });
    },
  );
});

test('paging neither repeats nor skips deliveries while new ones arrive', async () => {
  const { id } = await api.register({ events: ['activity.created'] });
  const emit = () => api.emit({ event: 'activity.created' });
  const before: string[] = [];
  for (let index = 0; index < 25; index++) before.unshift(...(await emit()));
  for (const filter of [`webhook_id=${id}`, 'status=pending&event=activity.created']) {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.ask('GET', `${DELIVERIES}?${filter}&limit=10${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(body));
      cursor = body.next_cursor ?? '';
      await emit();
    } while (cursor);
    expect(seen.slice(-25)).toEqual(before);
    expect(new Set(seen).size).toBe(seen.length);
  }
});

describe('one delivery', () => {
  test('has the exact payload, all attempts and the schedule', async () => {
    await api.register({ events: ['ai_task.created'] });
    const data = '{"n":12345678901234567890,"f":1.0e-7}';
    const emitted = await api.ask('POST', `${URPA}/events`, { body: `{"event":"ai_task.created","data":${data}}` });
    const { id } = emitted.body.deliveries[0];
    await record(id, 'retrying', [failure, failure]);
    const { status, body, text } = await api.ask('GET', `${DELIVERIES}/${id}`);
    expect(status).toBe(200);
    expect(text).toContain(
      `"payload":{"event":"ai_task.created","timestamp":"${emitted.body.timestamp}","data":${data}}`,
    );
    expect(body).toMatchObject({ status: 'retrying', attempts: 2, workflow_id: null, response_body: 'answer 2' });
    expect(body.attempt_history).toEqual([
      {
        number: 1,
        trigger: 'automatic',
        started_at: expect.stringMatching(/\.\d{3}Z$/),
        duration_ms: 12,
        status_code: 503,
        response_headers: { server: 'x' },
        response_body: 'answer 1',
        error_message: 'answered 503',
      },
      expect.objectContaining({ number: 2 }),
    ]);
    expect(body.timeline).toMatchObject([
      { type: 'accepted' },
      { type: 'attempt', detail: 'attempt 1 (automatic): answered 503, after 12 ms' },
      { type: 'attempt' },
    ]);
    const minutes = body.schedule.map(({ at }: { at: string }) =>
      Math.round((Date.parse(at) - Date.parse(body.next_attempt_at)) / 60_000),
    );
    expect(body.schedule.map(({ number }: { number: number }) => number)).toEqual([3, 4, 5, 6]);
    expect(minutes).toEqual([0, 8, 24, 56]);
  });

  test('contains its audit entries', async () => {
    const webhook = await api.register({ events: ['taskjuggler.synced'] });
    const [id] = await api.emit({ event: 'taskjuggler.synced' });
    await api.ask('POST', `${WEBHOOKS}/${webhook.id}/pause`);
    expect((await api.ask('GET', `${DELIVERIES}/${id}`)).body).toMatchObject({
      status: 'held',
      next_attempt_at: null,
      schedule: [],
    });
    await api.ask('POST', `${WEBHOOKS}/${webhook.id}/resume`);
    await api.ask('POST', `${DELIVERIES}/${id}/retry`);
    await api.ask('PUT', `${WEBHOOKS}/${webhook.id}`, { body: { active: false } });
    const { body } = await api.ask('GET', `${DELIVERIES}/${id}`);
    expect(body).toMatchObject({ status: 'cancelled', error_message: expect.stringContaining('turned off') });
    expect(body.timeline.map(({ type }: { type: string }) => type)).toEqual([
      'accepted',
      'held',
      'resumed',
      'retry_requested',
      'cancelled',
    ]);
  });

  test.each(['nonsense', uuidv7(), '00000000-0000-0000-0000-00000000000'])('is 404 for %s', async (id) => {
    const answer = await api.ask('GET', `${DELIVERIES}/${id}`);
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found', detail: 'there is no delivery with this id' });
  });
});

test('lists are read from indexes', async () => {
  const owner = { platform: 'urpa', orgId: '', limit: 50 };
  const plan = async (filter: Partial<HistoryFilter>) => {
    const { text, values } = historyQuery({ ...owner, ...filter });
    const client = await api.database.pool.connect();
    try {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    } finally {
      client.release();
    }
  };
  await sql('analyze');
  const before = uuidv7();
  const plans = {
    all: await plan({ before }),
    webhook: await plan({ before, webhookId: uuidv7() }),
    failed: await plan({ before, statuses: ['failed', 'cancelled'] }),
    open: await plan({ before, statuses: ['pending', 'retrying', 'held'] }),
  };
  expect(plans.all).toMatch(/Index Scan.* using deliveries_w\d+_platform_org_id_id_idx/);
  expect(plans.webhook).toMatch(/Index Scan.* using deliveries_w\d+_webhook_id_id_idx/);
  expect(plans.failed).toMatch(/Index Scan.* using deliveries_w\d+_(platform_org_id_id_idx1|id_idx)/);
  expect(plans.open).toMatch(/Index (Only )?Scan.* using outbox_by_webhook/);
  for (const text of Object.values(plans)) expect(text).not.toMatch(/Seq Scan on (deliveries|outbox|attempts)/);
});
