import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { organization, startApi, type TestApi } from '../api.ts';

let api: TestApi;
let base: string;
let organizations = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
/** Each test has an organization of its own. */
beforeEach(() => {
  base = organization(`org-${++organizations}`);
});

const register = (filter: unknown, fields: Record<string, unknown> = {}) =>
  api.register({ filter, ...fields }, `${base}/webhooks`);
const change = (id: string, body: unknown) => api.ask('PUT', `${base}/webhooks/${id}`, { body });

/** The webhooks that an event goes to. `data` may be JSON text. */
async function emit(data: unknown, event = 'contact.created'): Promise<string[]> {
  const body = `{"event":"${event}","data":${typeof data === 'string' ? data : JSON.stringify(data)}}`;
  const answer = await api.ask('POST', `${base}/events`, { body });
  expect(answer.status, answer.text).toBe(202);
  return answer.body.deliveries.map(({ webhook_id }: { webhook_id: string }) => webhook_id);
}

describe('which events a webhook gets', () => {
  test('only those that match its filter; one without a filter gets all', async () => {
    const every = await register(null);
    const large = await register({ amount: { $gte: 100 } });
    const german = await register({ 'contact.country': { $in: ['DE', 'AT'] } });
    expect(await emit({ amount: 50 })).toEqual([every.id]);
    expect((await emit({ amount: 100, contact: { country: 'FR' } })).toSorted()).toEqual([every.id, large.id]);
    expect((await emit({ amount: 100, contact: { country: 'AT' } })).toSorted()).toEqual([
      every.id,
      large.id,
      german.id,
    ]);
  });

  test('one of a thousand filters matches', async () => {
    const { id } = await register({ customer: 'c-500' });
    await api.database.pool.query(
      `insert into webhooks (id, platform, org_id, url, secret, events, filter, filter_path)
       select gen_random_uuid(), platform, org_id, url, secret, events, replace(filter, 'c-500', 'd-' || n),
         replace(filter_path::text, 'c-500', 'd-' || n)::jsonpath
       from webhooks cross join generate_series(1, 999) n where id = $1`,
      [id],
    );
    expect(await emit({ customer: 'c-500' })).toEqual([id]);
    expect(await emit({ customer: 'c-501' })).toEqual([]);
    expect(await emit({ customer: 'd-999' })).toHaveLength(1);
  });

  test('in a batch, each event for itself; a batch that matches nothing is accepted', async () => {
    const { id } = await register({ n: { $lt: 2 } });
    const events = [1, 2, 3].map((n) => ({ event: 'contact.created', data: { n } }));
    const { status, body } = await api.ask('POST', `${base}/events/batch`, { body: { events } });
    expect(status).toBe(202);
    expect(body.results.map(({ deliveries }: { deliveries: unknown[] }) => deliveries)).toEqual([
      [{ id: expect.any(String), webhook_id: id }],
      [],
      [],
    ]);
  });

  test('numbers compare with every digit, in the filter and in the payload', async () => {
    const body = `{"url":"https://receiver.example","events":["contact.created"],"filter":{"n":{"$gt":9007199254740992}}}`;
    const { text, body: webhook } = await api.ask('POST', `${base}/webhooks`, { body });
    expect(text).toContain('"filter":{"n":{"$gt":9007199254740992}}');
    expect(await emit('{"n":9007199254740993}')).toEqual([webhook.id]);
    expect(await emit('{"n":9007199254740992}')).toEqual([]);
    expect(await emit('{"n":9007199254740992.0}')).toEqual([]);
    const exact = '{"n":{"$in":[123456789012345678901234567890,0.1]}}';
    const changed = await api.ask('PUT', `${base}/webhooks/${webhook.id}`, { body: `{"filter":${exact}}` });
    expect(changed.text).toContain(exact);
    expect((await api.ask('GET', `${base}/webhooks`)).text).toContain(exact);
    expect((await api.ask('GET', `/api/dashboard/webhooks/${webhook.id}`)).body.filter).toBe(exact);
    expect(await emit('{"n":123456789012345678901234567890}')).toEqual([webhook.id]);
    expect(await emit('{"n":123456789012345678901234567891}')).toEqual([]);
    expect(await emit('{"n":1e-1}')).toEqual([webhook.id]);
  });

  test('a payload that jsonb cannot hold is accepted and compared', async () => {
    const { id } = await register({ name: { $startsWith: 'a' }, path: String.raw`C:\u0000` });
    expect(await emit(String.raw`{"name":"a\u0000b","path":"C:\\u0000","\u0000":[]}`)).toEqual([id]);
    expect(await emit(String.raw`{"name":"\u0000a","path":"C:\\u0000"}`)).toEqual([]);
  });

  test('the type must be subscribed to as well', async () => {
    await register({ n: 1 });
    expect(await emit({ n: 1 }, 'contact.updated')).toEqual([]);
  });

  test('a change applies to events accepted afterwards, and null removes the filter', async () => {
    const { id } = await register({ n: 1 });
    expect(await emit({ n: 2 })).toEqual([]);
    await change(id, { filter: { n: 2 } });
    expect(await emit({ n: 2 })).toEqual([id]);
    await change(id, { description: 'keeps the filter' });
    expect(await emit({ n: 1 })).toEqual([]);
    const { body } = await change(id, { filter: null });
    expect(body.filter).toBeNull();
    expect(await emit({ n: 1 })).toEqual([id]);
  });

  test('a webhook that is off gets nothing; a paused one holds what matches', async () => {
    const { id } = await register({ n: 1 }, { active: false });
    expect(await emit({ n: 1 })).toEqual([]);
    await change(id, { active: true });
    await api.ask('POST', `${base}/webhooks/${id}/pause`);
    expect(await emit({ n: 2 })).toEqual([]);
    expect(await emit({ n: 1 })).toEqual([id]);
    const { body } = await api.ask('GET', `${base}/webhooks/events`);
    expect(body.data).toMatchObject([{ webhook_id: id, status: 'held' }]);
  });

  test('a test event is sent whatever the filter says, and a retry is not matched again', async () => {
    const { id } = await register({ n: 1 });
    expect((await api.ask('POST', `${base}/webhooks/${id}/test`, { body: {} })).status).toBe(202);
    await emit({ n: 1 });
    const { body } = await api.ask('GET', `${base}/webhooks/events`);
    await change(id, { filter: { n: 2 } });
    for (const { id: delivery } of body.data) {
      expect((await api.ask('POST', `${base}/webhooks/events/${delivery}/retry`)).status).toBe(202);
    }
    expect(body.data).toHaveLength(2);
  });
});

describe('what is refused', () => {
  test.each([
    ['"pending"', 'filter', 'must be an object of conditions, such as {"status": "pending"}, or null for no filter'],
    ['{}', 'filter', 'must not be empty; null means no filter'],
    ['{"status":{"$like":"x"}}', 'filter.status.$like', /^is no operator; valid are \$not, \$eq, /],
    ['{"contact.country":{"$in":["DE",{}]}}', 'filter.contact.country.$in[1]', /^must be a string, a number, /],
    ['{"$or":[{"a":1},{"b":{"$gt":true}}]}', 'filter.$or[1].b.$gt', 'must be a number or a string'],
    ['{"n":1e999}', 'filter.n', 'is too large for a number'],
  ])('%s is 422, with its place', async (filter, path, message) => {
    const { id } = await register({ n: 1 });
    const fields = `"url":"https://receiver.example","events":["contact.created"],"filter":${filter}`;
    for (const answer of [
      await api.ask('POST', `${base}/webhooks`, { body: `{${fields}}` }),
      await api.ask('PUT', `${base}/webhooks/${id}`, { body: `{"description":"new","filter":${filter}}` }),
    ]) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
      expect(answer.body.errors).toEqual([
        { path, message: typeof message === 'string' ? message : expect.stringMatching(message) },
      ]);
    }
    const { body } = await api.ask('GET', `${base}/webhooks`);
    expect(body.data).toMatchObject([{ id, description: null, filter: { n: 1 } }]);
  });
});

describe('why a webhook did not get an event', () => {
  async function reasonsFor(event: string): Promise<string[]> {
    const { body } = await api.ask('GET', `/api/dashboard/events/${event}`);
    return body.not_delivered_to.map(({ reason }: { reason: string }) => reason);
  }
  async function emitted(data: string): Promise<string> {
    return (await api.ask('POST', `${base}/events`, { body: `{"event":"contact.created","data":${data}}` })).body.id;
  }

  test('the condition that failed, by the filter of that time', async () => {
    const { id } = await register({ amount: { $gte: 100 } });
    const event = await emitted('{"amount":50}');
    expect(await reasonsFor(event)).toEqual(['its filter did not match: amount is 50, not >= 100']);
    await change(id, { filter: { amount: 50 } });
    const since = 'its filter did not match: amount is 50, not >= 100 (the filter was changed since)';
    expect(await reasonsFor(event)).toEqual([since]);
    await change(id, { filter: null });
    expect(await reasonsFor(event)).toEqual([since]);
  });

  test('a filter that came later is not the reason', async () => {
    const { id } = await register(null, { active: false });
    const event = await emitted('{"amount":50}');
    await change(id, { active: true, filter: { amount: 100 } });
    expect(await reasonsFor(event)).toEqual([expect.stringMatching(/^it was turned off then, since /)]);
  });
});

describe('trying a filter', () => {
  const attempt = (fields: Record<string, unknown>, key?: string) =>
    api.ask('POST', '/api/dashboard/filter-trial', {
      body: { platform: '4calls', org_id: base.split('/').at(-1), events: ['contact.created'], ...fields },
      ...(key && { key }),
    });

  test("says what matches of the examples and of the owner's last events", async () => {
    for (let n = 0; n < 12; n++) await emit({ n });
    await emit({ n: 99 }, 'contact.updated');
    const { status, body } = await attempt({ filter: '{"n":{"$gt":10}}' });
    expect(status).toBe(200);
    expect(body.problems).toEqual([]);
    expect(body.examples).toEqual([{ event: 'contact.created', mismatch: 'n is missing' }]);
    expect(body.events).toHaveLength(10);
    expect(body.events.slice(0, 2)).toEqual([
      { id: expect.any(String), created_at: expect.any(String), event: 'contact.created', mismatch: null },
      {
        id: expect.any(String),
        created_at: expect.any(String),
        event: 'contact.created',
        mismatch: 'n is 10, not > 10',
      },
    ]);
    expect(await api.ask('GET', `${base}/webhooks`)).toMatchObject({ body: { data: [] } });
  });

  test('says what is wrong, and in which line', async () => {
    const broken = await attempt({ filter: '{\n  "n": {"$gt": 10\n}' });
    expect(broken.body.problems).toMatchObject([
      { path: '', line: 3, message: expect.stringMatching(/^is not valid JSON/) },
    ]);
    const wrong = await attempt({ filter: '{\n  "a": 1,\n  "b": {"$gt": null}\n}' });
    expect(wrong.body).toEqual({
      problems: [{ path: 'b.$gt', message: 'must be a number or a string', line: 3, column: 9 }],
      examples: [],
      events: [],
    });
  });

  test("another owner's events are not tried, and without events:read none", async () => {
    await emit({ n: 1 });
    const own = base.split('/').at(-1)!;
    const key = await api.makeKey({ platform: '4calls', org_id: own, scopes: ['webhooks:read'] });
    expect((await attempt({ filter: '{"n":1}' }, key)).body.events).toBeNull();
    const full = await api.makeKey({ platform: '4calls', org_id: own, scopes: ['webhooks:read', 'events:read'] });
    expect((await attempt({ filter: '{"n":1}' }, full)).body.events).toMatchObject([{ mismatch: null }]);
    expect(await attempt({ filter: '{"n":1}', org_id: 'another' }, full)).toMatchObject({ status: 404 });
    const emitter = await api.makeKey({ platform: '4calls', org_id: own, scopes: ['events:write'] });
    expect(await attempt({ filter: '{"n":1}' }, emitter)).toMatchObject({ status: 403 });
    expect((await attempt({ filter: '{"n":1}', org_id: undefined })).body.events).toEqual([]);
  });
});
