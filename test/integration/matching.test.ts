import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMIT } from '../../delivery/accept/emit-statements.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

/** Other webhooks of the same owner, subscribed to other event types. */
const OTHERS = 20_000;
const WANTED = uuidv7();

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  const add = `insert into webhooks (id, platform, url, secret, events)
    select id, 'urpa', 'https://receiver.example', '', $2 from unnest($1::uuid[]) as t(id)`;
  await database.pool.query(add, [[WANTED], ['contact.created', 'contact.updated']]);
  await database.pool.query(add, [Array.from({ length: OTHERS }, () => uuidv7()), ['activity.created']]);
});
afterAll(() => database.drop());

const parametersOf = (eventType: string, body = '{}') => [
  ...[[uuidv7()], ['urpa'], [''], [eventType], [body], [null], [null]],
  ...[Infinity, [null], null],
];

async function match(eventType: string): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ webhook_id: string }>(EMIT.text, parametersOf(eventType));
  return rows.map((row) => row.webhook_id);
}

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** The number of rows of `table` that a plan read, including those filtered out. */
function rowsRead(node: PlanNode, table: string): number {
  const thrownAway = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = node['Relation Name'] === table ? (node['Actual Rows'] + thrownAway) * node['Actual Loops'] : 0;
  return own + (node.Plans ?? []).reduce((sum, child) => sum + rowsRead(child, table), 0);
}

/** The number of rows that all nodes return or throw away. */
function rowsVisited(node: PlanNode): number {
  const thrownAway = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  const own = (node['Actual Rows'] + thrownAway) * node['Actual Loops'];
  return own + (node.Plans ?? []).reduce((sum, child) => sum + rowsVisited(child), 0);
}

test('matching reads only the webhooks that are subscribed to the event', async () => {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, format json) ${EMIT.text}`,
    parametersOf('contact.created'),
  );
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  expect(rowsRead(plan, 'subscriptions')).toBe(1);
  expect(rowsRead(plan, 'webhooks')).toBe(1);
});

test('so it does with filters, of which it reads only those of the event', async () => {
  const path = 'strict ($."data"."n" == 1)';
  const set = (where: string) => database.pool.query(`update webhooks set filter_path = $1 where ${where}`, [path]);
  await set(`id in (select id from webhooks where events = '{activity.created}' limit 1000)`);
  await database.pool.query(`update webhooks set filter_path = $1 where id = $2`, [path, WANTED]);
  await database.pool.query('analyze webhooks, subscriptions');
  for (const [eventType, read] of [
    ['contact.created', 1],
    ['taskjuggler.synced', 0],
  ] as const) {
    const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, format json) ${EMIT.text}`,
      parametersOf(eventType, '{"data":{"n":1}}'),
    );
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    expect(rowsRead(plan, 'subscriptions')).toBeLessThanOrEqual(2 * read);
    expect(rowsRead(plan, 'webhooks')).toBe(read);
  }
  await database.pool.query('update webhooks set filter_path = null where filter_path is not null');
});

test('an event costs as much in a batch as alone', async () => {
  const visits = async (count: number): Promise<number> => {
    const ofEach = parametersOf('contact.created').slice(0, 7) as unknown[][];
    const values = [
      ...[Array.from({ length: count }, () => uuidv7()), ...ofEach.slice(1).map(([one]) => Array(count).fill(one))],
      ...[Infinity, Array(count).fill('first value\nsecond value'), null],
    ];
    const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, format json) ${EMIT.text}`,
      values,
    );
    return rowsVisited(rows[0]!['QUERY PLAN'][0].Plan);
  };
  const alone = await visits(1);
  expect(await visits(400)).toBeLessThan(2 * 400 * alone);
});

test('subscriptions are updated with every change of a webhook', async () => {
  const change = (columns: string) => database.pool.query(`update webhooks set ${columns} where id = $1`, [WANTED]);
  expect(await match('contact.created')).toEqual([WANTED]);
  await change(`events = '{contact.updated, contact.updated}'`);
  expect(await match('contact.created')).toEqual([]);
  expect(await match('contact.updated')).toEqual([WANTED]);
  await change('active = false');
  expect(await match('contact.updated')).toEqual([]);
  await change('active = true');
  expect(await match('contact.updated')).toEqual([WANTED]);
  await change('deleted_at = now()');
  expect(await match('contact.updated')).toEqual([]);
});
