import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BODY_LIMIT, DELIVERIES, organization, startApi, URPA, type TestApi } from '../api.ts';

let api: TestApi;
let webhookId: string;
beforeAll(async () => {
  api = await startApi();
  webhookId = (await api.register()).id;
});
afterAll(() => api.close());

const event = { event: 'contact.created', data: { id: '1' } };
const emit = (body: unknown, headers: Record<string, string> = {}) =>
  api.ask('POST', `${URPA}/events`, { body, headers });
const emitAll = (events: unknown) => api.ask('POST', `${URPA}/events/batch`, { body: { events } });

async function stored(): Promise<number> {
  const { rows } = await api.database.pool.query<{ count: number }>('select count(*)::int as count from events');
  return rows[0]!.count;
}

async function payloadOf(deliveryId: string): Promise<string> {
  const { text } = await api.ask('GET', `${DELIVERIES}/${deliveryId}`);
  return text.slice(text.indexOf('"payload":') + '"payload":'.length, -1);
}

test('an event is stored with its deliveries before it is accepted', async () => {
  const answer = await emit(event);
  expect(answer.status).toBe(202);
  expect(answer.body).toEqual({
    id: expect.any(String),
    event: 'contact.created',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    deliveries: [{ id: expect.any(String), webhook_id: webhookId }],
  });
  const delivery = await api.ask('GET', `${DELIVERIES}/${answer.body.deliveries[0].id}`);
  expect(delivery.body).toMatchObject({ status: 'pending', event_id: answer.body.id, webhook_id: webhookId });
});

test('an event without a subscribed webhook has no deliveries', async () => {
  expect((await emit({ ...event, event: 'activity.updated' })).body.deliveries).toEqual([]);
  expect((await api.ask('POST', `${organization('x')}/events`, { body: event })).body.deliveries).toEqual([]);
});

test("the payload has PHP's bytes: event, timestamp and data in this order", async () => {
  const text = String.raw`{ "data": {"u":"é/🙂","n":12345678901234567890,"f":1e-7,"e":{},"a":[ ]}, "timestamp":"2026-01-22T12:30:00.50+02:00",
    "event":"contact.created", "other": 1 }`;
  const { body } = await emit(text);
  expect(body.timestamp).toBe('2026-01-22T10:30:00.50Z');
  expect(await payloadOf(body.deliveries[0].id)).toBe(
    String.raw`{"event":"contact.created","timestamp":"2026-01-22T10:30:00.50Z","data":{"u":"\u00e9\/\ud83d\ude42","n":12345678901234567890,"f":1.0e-7,"e":{},"a":[]}}`,
  );
});

test('data may be an array, and a body without a content type is read as JSON', async () => {
  const answer = await emit({ ...event, data: [1, 2] }, { 'content-type': 'text/plain' });
  expect(await payloadOf(answer.body.deliveries[0].id)).toMatch(/"data":\[1,2\]\}$/);
});

describe('refusals store nothing', () => {
  test.each([
    [400, 'malformed_json', '{"event":"contact.created","data":{}', 'but the text ends at position 36'],
    [400, 'malformed_json', "{'event':1}", 'expected a key in double quotes'],
    [400, 'malformed_json', '', 'the body is empty'],
    [422, 'invalid_request', '[]', 'the body must be a JSON object'],
    [422, 'invalid_request', '{}', 'event: is required (and 1 more)'],
    [
      422,
      'invalid_request',
      '{"event":"contact.creatd","data":{}}',
      'unknown event type "contact.creatd"; valid are activity.created',
    ],
    [422, 'invalid_request', '{"event":7,"data":{}}', 'unknown event type 7'],
    [422, 'invalid_request', '{"event":"contact.created","data":"x"}', 'data: must be a JSON object or array'],
    [
      422,
      'invalid_request',
      '{"event":"contact.created","data":{},"timestamp":"2026-01-22"}',
      'timestamp: must be an ISO 8601 date-time',
    ],
    [
      422,
      'invalid_request',
      '{"event":"contact.created","data":{},"timestamp":null}',
      'timestamp: must be an ISO 8601 date-time',
    ],
    [
      413,
      'payload_too_large',
      `{"event":"contact.created","data":["${'x'.repeat(BODY_LIMIT)}"]}`,
      `more than ${BODY_LIMIT} bytes`,
    ],
  ])('%i %s', async (status, code, body, detail) => {
    const before = await stored();
    const answer = await emit(body);
    expect(answer.body).toMatchObject({
      status,
      code,
      detail: expect.stringContaining(detail),
      instance: '/api/urpa/events',
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await stored()).toBe(before);
  });

  test('a body of unknown length is cut off at the limit', async () => {
    let pulled = 0;
    const stream = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(Buffer.alloc(16 * 1024, 0x20));
        if (pulled === 1000) controller.close();
      },
    });
    const request = new Request('http://x/api/urpa/events', {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { authorization: `Bearer ${api.adminKey}` },
    });
    expect((await api.app.request(request)).status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });

  test('forms, compressed bodies and invalid UTF-8 are refused', async () => {
    const form = await emit('event=contact.created', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(form.body).toMatchObject({ status: 415, detail: expect.stringContaining('Content-Type: application/json') });
    const compressed = await emit(event, { 'content-encoding': 'gzip' });
    expect(compressed.body).toMatchObject({
      status: 415,
      title: 'The body is not plain JSON',
      detail: expect.stringContaining('send it uncompressed'),
    });
    const response = await fetch(`${api.url}${URPA}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.adminKey}` },
      body: Buffer.from([0x7b, 0xff, 0x7d]),
    });
    expect(await response.json()).toMatchObject({ code: 'malformed_json', detail: 'the body is not UTF-8' });
  });
});

describe('idempotency keys', () => {
  test('the same event again gets the first response, another one is refused', async () => {
    const key = { 'idempotency-key': 'order-1' };
    const first = await emit(event, key);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const before = await stored();
    const second = await emit('{"data": {"id": "1"}, "event": "contact.created"}', key);
    expect(second).toMatchObject({ status: 202, body: first.body });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const other = await emit({ ...event, data: { id: '2' } }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
    expect(await stored()).toBe(before);
  });

  test('twenty simultaneous requests create one event', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => emit(event, { 'idempotency-key': 'at-once' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  test('a key belongs to one organization', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const ids = await Promise.all(
      [URPA, organization('a'), organization('b')].map(async (base) => {
        const { status, body } = await api.ask('POST', `${base}/events`, { body: event, headers });
        expect(status).toBe(202);
        return body.id;
      }),
    );
    expect(new Set(ids).size).toBe(3);
  });

  test.each(['with space', 'x'.repeat(256)])('refuses %j', async (key) => {
    const answer = await emit(event, { 'idempotency-key': key });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'Idempotency-Key' }] } });
  });
});

describe('batches', () => {
  test('returns one result for each event, in order', async () => {
    const types = ['contact.created', 'contact.updated', 'contact.created'];
    const answer = await emitAll(types.map((type, index) => ({ event: type, data: { index } })));
    expect(answer.status).toBe(202);
    expect(answer.body.results.map((result: { event: string }) => result.event)).toEqual(types);
    expect(answer.body.results.map((result: { deliveries: unknown[] }) => result.deliveries.length)).toEqual([1, 0, 1]);
  });

  test('one invalid event makes the whole batch fail', async () => {
    const before = await stored();
    const answer = await emitAll([
      event,
      { ...event, event: 'nothing' },
      7,
      { ...event, data: null, idempotency_key: ' ' },
    ]);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'events[1].event',
      'events[2]',
      'events[3].idempotency_key',
      'events[3].data',
    ]);
    expect(await stored()).toBe(before);
  });

  test('a key that was used for another event only affects its item', async () => {
    const first = await emitAll([{ ...event, idempotency_key: 'batch-1' }]);
    const second = await emitAll([
      { ...event, idempotency_key: 'batch-1' },
      { ...event, data: {}, idempotency_key: 'batch-1' },
      { ...event, idempotency_key: 'batch-2' },
      { ...event, idempotency_key: 'batch-2' },
    ]);
    expect(second.status).toBe(202);
    const [same, conflict, fresh, repeated] = second.body.results;
    expect(same).toEqual(first.body.results[0]);
    expect(conflict).toEqual({ error: { code: 'idempotency_conflict', detail: expect.any(String) } });
    expect(fresh.deliveries).toHaveLength(1);
    expect(repeated).toEqual(fresh);
  });

  test.each([
    [{}, 'events', 'is required'],
    [{ events: {} }, 'events', 'must be an array'],
    [{ events: [] }, 'events', 'must not be empty'],
    [{ events: Array(1001).fill(event) }, 'events', 'must have at most 1000 items; it has 1001'],
    [{ events: [{ ...event, data: ['x'.repeat(BODY_LIMIT)] }] }, 'events[0]', `has more than ${BODY_LIMIT} bytes`],
  ])('refuses an invalid list %#', async (body, path, message) => {
    const answer = await api.ask('POST', `${URPA}/events/batch`, { body });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ path, message }] });
  });

  test('accepts a thousand events at once', async () => {
    const answer = await emitAll(Array(1000).fill(event));
    expect(answer.status).toBe(202);
    expect(new Set(answer.body.results.map(({ id }: { id: string }) => id)).size).toBe(1000);
  });
});

test('every platform lists its event types with schemas and examples', async () => {
  for (const base of [URPA, organization('x')]) {
    const { status, body } = await api.ask('GET', `${base}/event-types`);
    expect(status).toBe(200);
    expect(body.data).toHaveLength(7);
    for (const { type, schema, example } of body.data) {
      expect(schema.additionalProperties).toBe(true);
      expect(Object.keys(example)).toEqual(expect.arrayContaining(schema.required));
      const emitted = await api.ask('POST', `${base}/events`, { body: { event: type, data: example } });
      expect(emitted.status).toBe(202);
    }
  }
});

test('a paused webhook holds deliveries, one that is off gets none', async () => {
  const base = organization('states');
  const { id } = await api.register({}, `${base}/webhooks`);
  await api.ask('POST', `${base}/webhooks/${id}/pause`);
  const [held] = await api.emit({}, base);
  expect((await api.ask('GET', `${base}/webhooks/events/${held}`)).body).toMatchObject({
    status: 'held',
    next_attempt_at: null,
    schedule: [],
    timeline: [{ type: 'accepted' }, { type: 'held' }],
  });
  await api.ask('PUT', `${base}/webhooks/${id}`, { body: { active: false } });
  expect(await api.emit({}, base)).toEqual([]);
});
