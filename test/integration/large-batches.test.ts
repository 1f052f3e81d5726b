import { afterAll, beforeAll, expect, test } from 'vitest';
import { organization, startApi, type TestApi } from '../api.ts';

const EVENTS = 1_000;
const EVENT = { event: 'contact.created', data: {} };

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** Registers this many webhooks for an organization. */
async function subscribe(org: string, webhooks: number, filter: unknown = null): Promise<void> {
  const { id } = await api.register({ filter }, `${organization(org)}/webhooks`);
  await api.database.query(
    `insert into webhooks (id, platform, org_id, url, secret, events, filter_path)
     select gen_random_uuid(), platform, org_id, url, secret, events, filter_path from webhooks, generate_series(2, $2::int) where id = $1`,
    [id, webhooks],
  );
}

const batch = (org: string, events: object[]) =>
  api.ask('POST', `${organization(org)}/events/batch`, { body: { events } });

const countOf = async (table: string, org: string) =>
  (await api.database.query(`select count(*)::int as n from ${table} where org_id = $1`, [org]))[0]!['n'];

test('1,000 events to seventy webhooks are stored completely, and other requests do not wait for them', async () => {
  await subscribe('wide', 70);
  await subscribe('narrow', 1);
  let stored = false;
  const wide = batch(
    'wide',
    Array.from({ length: EVENTS }, () => EVENT),
  ).finally(() => (stored = true));
  let meanwhile = 0;
  while (!stored) {
    const answer = await api.ask('POST', `${organization('narrow')}/events`, { body: EVENT });
    expect(answer.status).toBe(202);
    if (!stored) meanwhile++;
  }
  const { status, body } = await wide;
  expect(status).toBe(202);
  expect(body.results).toHaveLength(EVENTS);
  for (const { deliveries } of body.results) expect(deliveries).toHaveLength(70);
  expect(await countOf('deliveries', 'wide')).toBe(70 * EVENTS);
  expect(meanwhile).toBeGreaterThan(3);
}, 120_000);

test('a batch that would create too many deliveries is refused completely, with a reason', async () => {
  await subscribe('widest', 201);
  const answer = await batch(
    'widest',
    Array.from({ length: EVENTS }, () => EVENT),
  );
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  expect(answer.body.detail).toBe(
    'events: would make 201000 deliveries, and a request makes at most 200000; send fewer at once',
  );
  expect(await countOf('events', 'widest')).toBe(0);
  expect(
    (
      await batch(
        'widest',
        Array.from({ length: 900 }, () => ({ ...EVENT, event: 'contact.updated' })),
      )
    ).status,
  ).toBe(202);
});

test('a webhook whose filter does not match counts little, and those that match count', async () => {
  await subscribe('filtered', 900, { n: 1 });
  const events = (n: number) =>
    Array.from({ length: EVENTS }, (_, index) => ({ ...EVENT, data: { n: index === 0 ? 1 : n } }));
  const { status, body } = await batch('filtered', events(2));
  expect(status).toBe(202);
  expect(body.results.map(({ deliveries }: { deliveries: unknown[] }) => deliveries.length)).toEqual([
    900,
    ...Array.from({ length: EVENTS - 1 }, () => 0),
  ]);
  const refused = await batch('filtered', events(1));
  expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  expect(refused.body.detail).toMatch(/^events: would make \d+ deliveries, and a request makes at most 200000/);
  expect(await countOf('events', 'filtered')).toBe(EVENTS);
  expect(await countOf('deliveries', 'filtered')).toBe(900);
}, 120_000);

test('a large event that exceeds the statement timeout does not fail the events that share its statement', async () => {
  await subscribe('slow', 6_000);
  await api.database.query(`
    create function dawdle() returns trigger language plpgsql as $$ begin
      if new.org_id = 'slow' then perform pg_sleep(0.001); end if;
      return new;
    end $$`);
  await api.database.query('create trigger dawdle before insert on deliveries for each row execute function dawdle()');
  const emit = (org: string) => api.ask('POST', `${organization(org)}/events`, { body: EVENT });
  const answers = await Promise.all(['slow', 'narrow', 'narrow'].map(emit));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(await countOf('deliveries', 'slow')).toBe(6_000);
  expect(await countOf('events', 'slow')).toBe(1);

  // Now the event is known to be large and gets its own statement.
  const [again, beside] = await Promise.all([emit('slow'), emit('narrow')]);
  expect([again.status, beside.status]).toEqual([202, 202]);
}, 60_000);

test('if all events are small and the database is slow, all are refused and nothing is stored', async () => {
  await subscribe('crawling', 1);
  await api.database.query(`
    create function crawl() returns trigger language plpgsql as $$ begin
      if new.org_id = 'crawling' then perform pg_sleep(6); end if;
      return new;
    end $$`);
  await api.database.query('create trigger crawl before insert on deliveries for each row execute function crawl()');
  const answer = await api.ask('POST', `${organization('crawling')}/events`, { body: EVENT });
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(await countOf('events', 'crawling')).toBe(0);
}, 60_000);
