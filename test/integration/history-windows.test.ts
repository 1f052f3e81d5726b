import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCursor } from '../../api/answers.ts';
import type { Statement } from '../../core/db/execute.ts';
import type { HistoryFilter } from '../../delivery/history/history-sources.ts';
import { historyQuery } from '../../delivery/history/history.ts';
import { nextQuery } from '../../delivery/recover/recovery-match.ts';
import { readInOrder, search } from '../../core/db/window.ts';
import { uuidAt } from '../../core/db/partitions.ts';
import { inPoolTransaction } from '../../core/db/transaction.ts';
import { newId } from '../../core/new-id.ts';
import { organization, startApi, type TestApi } from '../api.ts';
import { makeLongHistory, RARE } from '../long-history.ts';

const LENGTH = 300_000;
/** The maximum number of rows that a request may read: a window of deliveries, one of the outbox, and a delivery for each outbox row. */
const MOST_VISITED = 31_000;
const ORG = 'long';
/** An organization with three failures, older than those of the other. */
const FEW = 'few';
const PUBLIC = `${organization(ORG)}/webhooks/events`;
const DASHBOARD = '/api/dashboard/deliveries';

let api: TestApi;
let webhookId: string;
beforeAll(async () => {
  api = await startApi();
  const rare = [3, 39_000, 100_000, 150_001, 150_002, 299_990, LENGTH];
  webhookId = await makeLongHistory(api, ORG, { deliveries: LENGTH, held: 40_000, rare });
  await api.register({}, `${organization('other')}/webhooks`);
  await makeLongHistory(api, FEW, { deliveries: 6, held: 0, rare: [] });
  // The statistics must not matter. In some runs autovacuum has already updated them.
  await api.database.query('analyze');
}, 120_000);
afterAll(() => api.close());

interface Node {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

/** The number of rows that a statement reads from the deliveries and the outbox. */
async function countVisited({ text, values }: Statement): Promise<number> {
  const rows = await search<{ 'QUERY PLAN': [{ Plan: Node }] }>(api.database.pool, {
    text: `explain (analyze, format json) ${text}`,
    values,
  });
  const visit = (node: Node): number => {
    const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    const inner = (node.Plans ?? []).reduce((sum, plan) => sum + visit(plan), 0);
    return inner + (/^(deliveries|outbox)/.test(node['Relation Name'] ?? '') ? own : 0);
  };
  return visit(rows[0]!['QUERY PLAN'][0].Plan);
}

const byEvent = { platform: '4calls', orgId: ORG, eventType: RARE };
const everything = { platform: null, orgId: null, eventType: RARE };

test.each<[string, string, Omit<HistoryFilter, 'limit'>, string]>([
  ['an event type', PUBLIC, byEvent, ''],
  ['an event type and a webhook', PUBLIC, byEvent, '&webhook_id=ID'],
  ['an event type and what failed', PUBLIC, { ...byEvent, statuses: ['failed'] }, '&status=failed'],
  ['an event type and what is held', PUBLIC, { ...byEvent, statuses: ['held'] }, '&status=held'],
  ['what failed or is held', PUBLIC, { ...byEvent, statuses: ['failed', 'held'] }, '&status=failed,held'],
  ['what failed, of a webhook', PUBLIC, { ...byEvent, statuses: ['failed'] }, '&status=failed&webhook_id=ID'],
  ['what is held, of a webhook', PUBLIC, { ...byEvent, statuses: ['held'] }, '&status=held&webhook_id=ID'],
  ['all owners', DASHBOARD, everything, ''],
  ['all owners, failed', DASHBOARD, { ...everything, statuses: ['failed'] }, '&status=failed'],
  ['all owners, held', DASHBOARD, { ...everything, statuses: ['held'] }, '&status=held'],
  ['a platform', DASHBOARD, { ...everything, platform: '4calls' }, '&platform=4calls'],
  ['an organization of any platform', DASHBOARD, { ...everything, orgId: ORG }, `&org_id=${ORG}`],
])(
  'a rare filter (%s) is read in bounded windows, and paging finds each delivery once',
  async (_, path, filter, query) => {
    const ofWebhook = query.includes('ID') ? { webhookId } : {};
    const url = `${path}?limit=2&event=${RARE}${query.replace('ID', webhookId)}`;
    const found: string[] = [];
    let cursor = '';
    for (let requests = 0; requests < 100; requests++) {
      const before = cursor === '' ? undefined : readCursor(cursor)!;
      expect(await countVisited(historyQuery({ ...filter, ...ofWebhook, before, limit: 2 }))).toBeLessThan(
        MOST_VISITED,
      );
      const { status, body } = await api.ask('GET', url + (cursor && `&cursor=${cursor}`));
      expect(status).toBe(200);
      found.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor ?? '';
      if (cursor === '') break;
    }
    const { rows } = await api.database.pool.query<{ id: string }>(
      `select id from deliveries where event_type = $1 and status = any($2) order by id desc`,
      [RARE, filter.statuses ?? ['held', 'failed', 'delivered']],
    );
    expect(cursor).toBe('');
    expect(found).toEqual(rows.map(({ id }) => id));
  },
);

test('a status that only old deliveries have is searched in bounded windows', async () => {
  const filter = { platform: '4calls', orgId: ORG, statuses: ['delivered'] as const, limit: 50 };
  expect(await countVisited(historyQuery(filter))).toBeLessThan(MOST_VISITED);
  let cursor = '';
  const sizes: number[] = [];
  for (let requests = 0; requests < 6; requests++) {
    const { body } = await api.ask('GET', `${PUBLIC}?status=delivered${cursor && `&cursor=${cursor}`}`);
    sizes.push(body.data.length);
    cursor = body.next_cursor;
  }
  expect(sizes.slice(0, 3)).toEqual([0, 0, 0]);
  expect(sizes.at(-1)).toBe(50);
});

test('a page of common deliveries is full and reads no further', async () => {
  const filter = { platform: '4calls', orgId: ORG, eventType: 'contact.created', limit: 50 };
  expect(await countVisited(historyQuery(filter))).toBeLessThan(200);
  const { body } = await api.ask('GET', `${PUBLIC}?event=contact.created`);
  expect(body.data).toHaveLength(50);
});

test('events of a rare type are found in bounded windows, each once', async () => {
  const found: string[] = [];
  let cursor = '';
  let empty = 0;
  do {
    const { body } = await api.ask('GET', `/api/dashboard/events?event=${RARE}&limit=2&org_id=${ORG}&cursor=${cursor}`);
    found.push(...body.data.map(({ id }: { id: string }) => id));
    if (body.data.length === 0) empty++;
    cursor = body.next_cursor ?? '';
  } while (cursor !== '');
  const { rows } = await api.database.pool.query('select id from events where event_type = $1 order by id desc', [
    RARE,
  ]);
  expect(found).toEqual(rows.map(({ id }) => id));
  expect(empty).toBeGreaterThan(10);
});

test('a count reads a bounded number of rows and says if it is incomplete', async () => {
  const count = async (query: string) => (await api.ask('GET', `${DASHBOARD}/count?${query}`)).body;
  expect(await count('status=held')).toEqual({ count: 10_000, exact: false });
  expect(await count(`event=${RARE}`)).toEqual({ count: 1, exact: false });
  expect(await count(`event=${RARE}&platform=4calls`)).toMatchObject({ exact: false });
  expect(await count(`status=held&event=${RARE}&platform=4calls`)).toMatchObject({ exact: false });
  expect(await count('org_id=other')).toEqual({ count: 0, exact: true });
});

/** The number of rows that the connection has fetched recently, with any plan. */
async function countFetched(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ fetched: string }>(`
    select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) as fetched
    from pg_stat_xact_user_tables where relname ~ '^(deliveries|outbox)'`);
  return Number(rows[0]!.fetched);
}

test.each([
  ['without bounds', {}],
  ['since a time', { since: new Date(Date.now() - LENGTH * 1000).toISOString() }],
  ['until a time', { until: new Date(Date.now() + 3_600_000).toISOString() }],
])('a part of a recovery does not read the failures of other owners (%s)', async (_, times) => {
  const owner = { platform: '4calls', orgId: FEW };
  const filter = { status: ['failed' as const], ...times };
  for (const after of [null, uuidAt(new Date(0))]) {
    const part = nextQuery({ ...owner, filter, before: newId() }, after, 100);
    const { found, fetched } = await inPoolTransaction(api.database.pool, async (client) => {
      const before = await countFetched(client);
      const { length } = await readInOrder(client, part);
      return { found: length, fetched: (await countFetched(client)) - before };
    });
    expect(found).toBe(3);
    expect(fetched).toBeLessThan(100);
  }
});
