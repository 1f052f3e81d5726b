import { afterAll, beforeAll, expect, test } from 'vitest';
import { uuidAt } from '../../core/db/partitions.ts';
import { search } from '../../core/db/window.ts';
import { firstKey, lastKey, searchKey } from '../../core/db/search-key.ts';
import { historyQuery } from '../../delivery/history/history.ts';
import { newId } from '../../core/new-id.ts';
import { organization, startApi, URPA, type TestApi } from '../api.ts';

const ACME = organization('acme');
const BIRCH = organization('birch');
const EVENTS = '/api/dashboard/events';
const DELIVERIES = '/api/dashboard/deliveries';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  for (const base of [ACME, BIRCH]) {
    for (let webhooks = 0; webhooks < 2; webhooks++) {
      await api.register({ events: ['contact.created', 'appointment.created'] }, `${base}/webhooks`);
    }
  }
  await api.register({ events: ['contact.created', 'taskjuggler.synced'] });
});
afterAll(() => api.close());

type Item = { id: string; event_id?: string };

async function list(path: string, query: Record<string, string | number>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const params = new URLSearchParams({ ...query, ...(cursor !== null && { cursor }) } as Record<string, string>);
    const { status, body } = await api.ask('GET', `${path}?${params.toString()}`);
    expect(status).toBe(200);
    items.push(...body.data);
    cursor = body.next_cursor;
  } while (cursor !== null);
  return items;
}

const idsOf = (items: Item[]) => items.map(({ id }) => id);
const eventsOf = (items: Item[]) => [...new Set(items.map(({ event_id }) => event_id))];

async function emit(base: string, data: unknown, event = 'contact.created', headers = {}): Promise<string> {
  const answer = await api.ask('POST', `${base}/events`, { body: { event, data }, headers });
  expect(answer.status).toBe(202);
  return answer.body.id;
}

test('deliveries are found by data.id, other search paths and numbers, in any case', async () => {
  const id = '01948d01-7c44-7a90-8e12-5b9f3c6d1a20';
  const made = await emit(ACME, { id, name: 'Zoë', email: 'Zoe@Example.com', phone: '+49 30 1' });
  const appointment = await emit(ACME, { id: 9007199254740993n.toString(), contact_id: id }, 'appointment.created');
  const path = `${ACME}/webhooks/events`;
  expect(eventsOf(await list(path, { q: id.toUpperCase() }))).toEqual([appointment, made]);
  expect(eventsOf(await list(path, { q: ' zoe@example.com ' }))).toEqual([made]);
  expect(eventsOf(await list(path, { q: '+49 30 1' }))).toEqual([made]);
  expect(eventsOf(await list(path, { q: '9007199254740993' }))).toEqual([appointment]);
  expect(await list(path, { q: 'Zoë' })).toEqual([]);
  expect(await list(path, { q: 'zoe@example' })).toEqual([]);
  expect(await list(path, { q: id, event: 'contact.created' })).toHaveLength(2);
  expect(await list(path, { q: id, status: 'delivered' })).toEqual([]);
  expect(await list(path, { q: id, until: '2026-01-01T00:00:00Z' })).toEqual([]);
  expect(await list(path, { q: id, since: '2026-01-01T00:00:00Z' })).toHaveLength(4);
});

test('an event that does not have an id is found by what its type is searched by', async () => {
  const made = await emit(URPA, { project_id: 'office-move', tasks_synced: 1 }, 'taskjuggler.synced');
  expect(eventsOf(await list(`${URPA}/webhooks/events`, { q: 'office-move' }))).toEqual([made]);
  const types = (await api.ask('GET', `${URPA}/event-types`)).body.data as { type: string; search_paths: string[] }[];
  expect(types.find(({ type }) => type === 'taskjuggler.synced')!.search_paths).toEqual(['id', 'project_id']);
});

test('nobody finds the events of another owner', async () => {
  const [mine, others, urpas] = [
    await emit(ACME, { id: 'w-1' }),
    await emit(BIRCH, { id: 'w-1' }),
    await emit(URPA, { id: 'w-1' }),
  ];
  expect(eventsOf(await list(`${ACME}/webhooks/events`, { q: 'w-1' }))).toEqual([mine]);
  expect(idsOf(await list(EVENTS, { q: 'w-1', platform: '4calls', org_id: 'birch' }))).toEqual([others]);
  expect(idsOf(await list(EVENTS, { q: 'w-1', platform: '4calls' }))).toEqual([others, mine]);
  expect(idsOf(await list(EVENTS, { q: 'w-1' }))).toEqual([urpas, others, mine]);
  expect(eventsOf(await list(DELIVERIES, { q: 'w-1', limit: 1 }))).toEqual([urpas, others, mine]);
  const key = await api.makeKey({ platform: '4calls', org_id: 'acme', scopes: ['events:read'] });
  const { body } = await api.ask('GET', `${EVENTS}?q=w-1`, { key });
  expect(idsOf(body.data)).toEqual([mine]);
});

test('an owner whose key is the same by chance does not see the event', async () => {
  const made = await emit(BIRCH, { id: 'same-key' });
  const key = searchKey(`'4calls'`, `'acme'`, `'same-key'`);
  await api.database.pool.query(`insert into event_values values (${key}, $1)`, [made]);
  expect(await list(`${ACME}/webhooks/events`, { q: 'same-key' })).toEqual([]);
  expect(await list(EVENTS, { q: 'same-key', platform: '4calls', org_id: 'acme' })).toEqual([]);
});

test('pages list each delivery once, event by event, also when events arrive meanwhile', async () => {
  const made: string[] = [];
  for (let count = 0; count < 7; count++) made.push(await emit(ACME, { id: 'paged' }));
  const found: Item[] = [];
  let cursor = '';
  do {
    const { body } = await api.ask('GET', `${ACME}/webhooks/events?q=paged&limit=3${cursor && `&cursor=${cursor}`}`);
    found.push(...body.data);
    cursor = body.next_cursor ?? '';
    await emit(ACME, { id: 'paged' });
  } while (cursor !== '');
  expect(found).toHaveLength(14);
  expect(new Set(idsOf(found)).size).toBe(14);
  expect(eventsOf(found)).toEqual(made.toReversed());
  expect((await api.ask('GET', `${DELIVERIES}/count?q=paged`)).body).toMatchObject({ exact: true });
});

test('a repeated request and a batch store each value once', async () => {
  const headers = { 'idempotency-key': 'search-1' };
  await emit(ACME, { id: 'once' }, 'contact.created', headers);
  await emit(ACME, { id: 'once' }, 'contact.created', headers);
  const events = ['batch-1', 'batch-2', 'batch-2'].map((id) => ({ event: 'contact.created', data: { id, email: id } }));
  await api.ask('POST', `${ACME}/events/batch`, { body: { events } });
  const count = async (value: string) => (await api.database.pool.query(OF_VALUE, [value])).rowCount;
  expect(await count('once')).toBe(1);
  expect(await count('batch-1')).toBe(1);
  expect(await count('batch-2')).toBe(2);
  expect(eventsOf(await list(`${ACME}/webhooks/events`, { q: 'batch-2' }))).toHaveLength(2);
});

test.each([
  ['q=', 'q: '],
  [`q=${'x'.repeat(256)}`, 'q: '],
])('%s is refused', async (query, message) => {
  const { status, body } = await api.ask('GET', `${ACME}/webhooks/events?${query}`);
  expect(status).toBe(422);
  expect(body.detail).toContain(message);
});

test('values that cannot be searched are not stored for the search', async () => {
  const count = async () => (await api.database.pool.query('select from event_values')).rowCount;
  const before = await count();
  for (const data of [[], { id: null }, { id: { a: 1 } }, { id: 'x'.repeat(10_000) }, { id: '\u0000' }, { id: ' ' }]) {
    await emit(ACME, data);
  }
  expect(await count()).toBe(before);
});

test('a search reads few rows, however many events there are and however many have the value', async () => {
  const owner = { platform: '4calls', orgId: 'wide' };
  const rare = await fill(owner, 100_000);
  await api.database.query('analyze');
  expect(await countRead({ ...owner, value: 'rare', limit: 50 })).toBeLessThan(20);
  expect(await countRead({ ...owner, value: 'common', limit: 50 })).toBeLessThan(2_000);
  expect(await countRead({ platform: null, orgId: null, value: 'common', limit: 50 })).toBeLessThan(2_000);
  expect(await countRead({ ...owner, value: 'common', statuses: ['failed'], limit: 50 })).toBeLessThan(150_000);
  expect(eventsOf(await list(`${organization('wide')}/webhooks/events`, { q: 'rare' }))).toEqual([rare]);
});

/** Stores events with a delivery and the same value each, apart from one that has another: returns its id. */
async function fill(owner: { platform: string; orgId: string }, count: number): Promise<string> {
  const begin = Date.now() - count;
  const ids = Array.from(
    { length: count },
    (_, index) => uuidAt(new Date(begin + index)).slice(0, 14) + newId().slice(14),
  );
  const rare = ids[Math.floor(count / 2)]!;
  const of = [owner.platform, owner.orgId];
  for (let at = 0; at < count; at += PART) {
    const part = ids.slice(at, at + PART);
    await api.database.query(EVENTS_PART, [part, ...of]);
    await api.database.query(DELIVERIES_PART, [part, ...of]);
    await api.database.query(VALUES_PART, [part, rare, ...of]);
  }
  return rare;
}

const OF_VALUE = `select from event_values where key between ${firstKey('$1::text')} and ${lastKey('$1::text')}`;
const PART = 10_000;
const EVENTS_PART = `insert into events (id, platform, org_id, event_type, body)
  select id, $2, $3, 'contact.created', '{}' from unnest($1::uuid[]) id`;
const DELIVERIES_PART = `insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts)
  select id, id, id, $2, $3, 'contact.created', 'delivered', 6 from unnest($1::uuid[]) id`;
const VALUES_PART = `insert into event_values
  select ${searchKey('$3', '$4', `case id when $2 then 'rare' else 'common' end`)}, id from unnest($1::uuid[]) id`;

interface Node {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

/** The number of rows that all nodes of the plan return or skip. */
async function countRead(filter: Parameters<typeof historyQuery>[0]): Promise<number> {
  const { text, values } = historyQuery(filter);
  const rows = await search<{ 'QUERY PLAN': [{ Plan: Node }] }>(api.database.pool, {
    text: `explain (analyze, format json) ${text}`,
    values,
  });
  const visit = (node: Node): number =>
    (node.Plans ?? []).reduce(
      (sum, plan) => sum + visit(plan),
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    );
  return visit(rows[0]!['QUERY PLAN'][0].Plan);
}
