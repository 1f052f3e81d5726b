import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { timeInId } from '../../core/db/partitions.ts';
import { inPoolTransaction } from '../../core/db/transaction.ts';
import { takePart } from '../../delivery/recover/recovery-part.ts';
import { organization, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';
import { dueByHand, emitEnded, type EndedEvents } from '../ended.ts';

const START = `${URPA}/webhooks/events/retry`;
const RECOVERIES = `${URPA}/recoveries`;

let api: TestApi;
let webhookId: string;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  await sql('truncate webhooks, deliveries, outbox, recoveries, audit_log');
  webhookId = (await api.register()).id;
});

const sql = async (text: string, params: unknown[] = []) => (await api.database.pool.query(text, params)).rows;
const start = (body: unknown, more = {}) => api.ask('POST', START, { body, ...more });
const take = (id: string) => inPoolTransaction(api.database.pool, (client) => takePart(client, id));

const end = (...args: EndedEvents) => emitEnded(api, ...args);
const due = () => dueByHand(api);

test('a dry run counts and changes nothing', async () => {
  await end(3);
  const before = await sql('select * from deliveries order by id');
  expect(await start({ filter: {}, dry_run: true })).toMatchObject({ status: 200, body: { count: 3, exact: true } });
  expect(await start({ filter: { status: ['cancelled', 'retrying'] }, dry_run: true })).toMatchObject({
    body: { count: 0, exact: true },
  });
  expect(await sql('select * from deliveries order by id')).toEqual(before);
  expect(await sql('select id from recoveries')).toEqual([]);
  expect(await sql(`select id from audit_log where action like 'recovery.%'`)).toEqual([]);
});

test('a recovery is stored, listed and entered in the audit log once', async () => {
  const ids = await end(2);
  const key = await api.makeKey({ name: 'on call', platform: 'urpa', scopes: ['events:write', 'events:read'] });
  const started = await start({ filter: { ids }, rate: 7 }, { key });
  expect(started).toMatchObject({
    status: 202,
    body: {
      platform: 'urpa',
      org_id: null,
      state: 'running',
      filter: { ids, status: ['failed'] },
      rate: 7,
      matched: 2,
      matched_exact: true,
      retried: 0,
      skipped: 0,
      created_by: 'on call',
      finished_at: null,
      workflow_id: `recovery-${started.body.id}`,
    },
  });
  expect((await api.ask('GET', `${RECOVERIES}/${started.body.id}`)).body).toEqual(started.body);
  const second = await start({ filter: {} });
  const page = await api.ask('GET', `${RECOVERIES}?limit=1`);
  expect(page.body.data).toEqual([second.body]);
  const next = await api.ask('GET', `${RECOVERIES}?limit=1&cursor=${page.body.next_cursor}`);
  expect(next.body).toEqual({ data: [started.body], next_cursor: null });
  const entries = await sql(`select actor, action from audit_log where subject_id = $1`, [started.body.id]);
  expect(entries).toEqual([{ actor: 'on call', action: 'recovery.started' }]);
});

test('a recovery without matches is completed at once', async () => {
  const { status, body } = await start({ filter: { event: 'activity.created' } });
  expect(status).toBe(202);
  expect(body).toMatchObject({ state: 'completed', matched: 0, workflow_id: null, finished_at: expect.any(String) });
  expect(await sql('select id from recoveries where told_revision < revision')).toEqual([]);
});

test('the filter selects the deliveries that are counted and retried', async () => {
  const other = (await api.register({ events: ['activity.created'] })).id;
  const failed = await end(4);
  const cancelled = await end(2, 'cancelled');
  const retrying = await end(3, 'retrying');
  const elsewhere = await end(2, 'failed', URPA, 'activity.created');
  await end(2, 'delivered');
  const splitAt = timeInId(elsewhere[0]!).toISOString();
  const cases: [Record<string, unknown>, string[]][] = [
    [{}, [...failed, ...elsewhere]],
    [{ webhook_id: webhookId }, failed],
    [{ webhook_id: other.toUpperCase() }, elsewhere],
    [{ webhook_id: uuidv7() }, []],
    [{ event: 'activity.created' }, elsewhere],
    [{ status: ['cancelled'] }, cancelled],
    [{ status: ['retrying'] }, retrying],
    [{ status: ['retrying'], webhook_id: webhookId }, retrying],
    [{ status: ['retrying'], webhook_id: other }, []],
    [{ status: ['failed', 'cancelled', 'retrying'] }, [...failed, ...elsewhere, ...cancelled, ...retrying]],
    [{ status: ['retrying', 'failed'], webhook_id: webhookId }, [...failed, ...retrying]],
    [{ ids: [failed[0]!, failed[1]!, cancelled[0]!, uuidv7()] }, [failed[0]!, failed[1]!]],
    [{ ids: [failed[0]!, retrying[0]!], status: ['retrying'] }, [retrying[0]!]],
    [{ since: splitAt }, elsewhere],
    [{ until: splitAt }, failed],
  ];
  for (const [filter, expected] of cases) {
    const { body } = await start({ filter });
    expect([filter, body.matched]).toEqual([filter, expected.length]);
    const client = await api.database.pool.connect();
    try {
      await client.query('begin');
      for (let part; part?.state !== 'completed' && expected.length > 0;) part = await takePart(client, body.id);
      const taken = await client.query(`select id from deliveries where recoveries is not null order by id`);
      expect([filter, taken.rows.map(({ id }) => id)]).toEqual([filter, expected.toSorted()]);
      const queued = await client.query(`select delivery_id as id from outbox where trigger = 'manual' order by 1`);
      expect(queued.rows.map(({ id }) => id)).toEqual(expected.toSorted());
    } finally {
      await client.query('rollback');
      client.release();
    }
  }
});

test('a part retries as many as the rate allows, oldest first, and the next part continues there', async () => {
  const ids = await end(5);
  const { id } = (await start({ filter: {}, rate: 2 })).body;
  expect(await take(id)).toEqual({ state: 'running', retried: 2, skipped: 0, intervalMs: 1_000 });
  expect(await due()).toEqual(ids.slice(0, 2));
  await api.ask('PUT', `${RECOVERIES}/${id}`, { body: { rate: 10_000 } });
  expect(await take(id)).toEqual({ state: 'completed', retried: 3, skipped: 0, intervalMs: 50 });
  expect(await due()).toEqual(ids);
  expect(await take(id)).toMatchObject({ state: 'completed', retried: 0 });
  expect((await api.ask('GET', `${RECOVERIES}/${id}`)).body).toMatchObject({ state: 'completed', retried: 5 });
});

test('ended deliveries restart their schedule, waiting ones keep the rest of it, and the timeline gives the reason', async () => {
  const [failed] = await end(1);
  const [retrying] = await end(1, 'retrying');
  const { id } = (await start({ filter: { status: ['failed', 'retrying'] } })).body;
  await take(id);
  const rows = await sql('select delivery_id, attempts, round_start, max_attempts, due_at from outbox order by 1');
  expect(rows).toMatchObject([
    { delivery_id: failed, attempts: 1, round_start: 1, max_attempts: 7 },
    { delivery_id: retrying, attempts: 1, round_start: 0, max_attempts: 6 },
  ]);
  for (const { due_at } of rows) expect(due_at.getTime()).toBeLessThan(Date.now() + 1_000);
  for (const delivery of [failed, retrying]) {
    const { body } = await api.ask('GET', `${URPA}/webhooks/events/${delivery}`);
    expect(body).toMatchObject({ status: 'retrying', next_attempt_at: expect.any(String) });
    const entry = body.timeline.find(({ type }: { type: string }) => type === 'retry_requested');
    expect(entry.detail).toContain(`recovery ${id}, started by`);
    expect(Date.parse(entry.at)).toBeGreaterThan(Date.parse(body.created_at));
  }
});

test('deliveries that cannot be sent are skipped and counted by reason', async () => {
  const targets = await Promise.all(['off', 'paused', 'deleted'].map(() => api.register()));
  await end(1);
  const [off, paused, deleted] = targets.map(({ id }) => `${WEBHOOKS}/${id}`);
  await api.ask('PUT', off!, { body: { active: false } });
  await api.ask('POST', `${paused}/pause`);
  await api.ask('DELETE', deleted!);
  const flying = await end(1, 'retrying', URPA);
  await sql('update outbox set claimed_by = $1 where delivery_id = any($2)', [uuidv7(), flying]);
  const { id } = (await start({ filter: { status: ['failed', 'retrying'] } })).body;
  await take(id);
  const { body } = await api.ask('GET', `${RECOVERIES}/${id}`);
  expect(body).toMatchObject({
    state: 'completed',
    retried: 1,
    skipped_reasons: { webhook_inactive: 1, webhook_paused: 2, webhook_deleted: 1, in_flight: 1 },
    skipped: 5,
    matched: 6,
  });
});

test('pausing, resuming, cancelling and changing the rate create revisions; an ended recovery cannot change', async () => {
  await end(3);
  const { id } = (await start({ filter: {}, rate: 1 })).body;
  const act = (action: string) => api.ask('POST', `${RECOVERIES}/${id}/${action}`);
  for (let time = 0; time < 2; time++) expect((await act('pause')).body).toMatchObject({ state: 'paused' });
  expect(await take(id)).toMatchObject({ state: 'paused', retried: 0 });
  expect((await api.ask('PUT', `${RECOVERIES}/${id}`, { body: { rate: 3 } })).body).toMatchObject({
    state: 'paused',
    rate: 3,
  });
  expect((await act('resume')).body).toMatchObject({ state: 'running' });
  for (let time = 0; time < 2; time++) {
    expect((await act('cancel')).body).toMatchObject({ state: 'cancelled', finished_at: expect.any(String) });
  }
  expect(await take(id)).toMatchObject({ state: 'cancelled', retried: 0 });
  expect(await act('resume')).toMatchObject({ status: 409, body: { code: 'recovery_ended' } });
  expect(await sql('select revision from recoveries')).toEqual([{ revision: 5 }]);
  const entries = await sql(`select action from audit_log where subject_id = $1 order by id`, [id]);
  expect(entries.map(({ action }) => action)).toEqual(
    ['started', 'paused', 'updated', 'resumed', 'cancelled'].map((entry) => `recovery.${entry}`),
  );
  expect(await due()).toEqual([]);
});

test('two workers that process the same recovery take turns', async () => {
  const ids = await end(20);
  const { id } = (await start({ filter: {}, rate: 5 })).body;
  const parts = await Promise.all(Array.from({ length: 4 }, () => take(id)));
  expect(parts.map(({ retried }) => retried)).toEqual([5, 5, 5, 5]);
  expect(await due()).toEqual(ids);
});

test('organizations are isolated', async () => {
  const [mine, theirs] = [organization('mine'), organization('theirs')];
  for (const base of [mine, theirs]) await api.register({}, `${base}/webhooks`);
  const own = await end(2, 'failed', mine);
  const foreign = await end(3, 'failed', theirs);
  const retry = (base: string, filter: unknown) =>
    api.ask('POST', `${base}/webhooks/events/retry`, { body: { filter } });
  expect((await retry(mine, { ids: foreign })).body).toMatchObject({ matched: 0 });
  const { body } = await retry(mine, {});
  expect(body).toMatchObject({ matched: 2, platform: '4calls', org_id: 'mine' });
  await take(body.id);
  expect(await due()).toEqual(own);
  for (const path of [`${theirs}/recoveries/${body.id}`, `${RECOVERIES}/${body.id}`]) {
    expect((await api.ask('GET', path)).status).toBe(404);
    expect((await api.ask('POST', `${path}/cancel`)).status).toBe(404);
    expect((await api.ask('PUT', path, { body: { rate: 1 } })).status).toBe(404);
  }
  expect((await api.ask('GET', `${theirs}/recoveries`)).body.data).toEqual([]);
});

test('invalid requests are refused and store nothing', async () => {
  await end(1);
  const cases: [unknown, string, string][] = [
    [{}, 'filter', 'is required'],
    [{ filter: [] }, 'filter', 'must be an object'],
    [{ filter: { webhok_id: webhookId } }, 'filter', 'unknown "webhok_id"; valid are webhook_id, event, status'],
    [{ filter: {}, dryrun: true }, '', 'unknown "dryrun"; valid are filter, dry_run, rate'],
    [{ filter: { status: [] } }, 'filter.status', 'must not be empty'],
    [{ filter: { status: ['delivered'] } }, 'filter.status[0]', 'unknown status "delivered"; valid are failed'],
    [{ filter: { event: 'contact.creatd' } }, 'filter.event', 'unknown event type "contact.creatd"; valid are'],
    [{ filter: { since: 'yesterday' } }, 'filter.since', 'must be a time such as'],
    [{ filter: { ids: ['1'] } }, 'filter.ids[0]', 'must be a UUID'],
    [{ filter: { ids: [] } }, 'filter.ids', 'must not be empty'],
    [{ filter: { ids: Array.from({ length: 1_001 }, uuidv7) } }, 'filter.ids', 'must have at most 1000 items'],
    [{ filter: {}, rate: 0 }, 'rate', 'must be at least 1'],
    [{ filter: {}, rate: 10_001 }, 'rate', 'must be at most 10000'],
    [{ filter: {}, rate: 1.5 }, 'rate', 'must be a whole number'],
    [{ filter: {}, dry_run: 'yes' }, 'dry_run', 'must be a boolean'],
  ];
  for (const [body, path, message] of cases) {
    const answer = await start(body);
    expect([body, answer.status, answer.body.code]).toEqual([body, 422, 'invalid_request']);
    expect(answer.body.errors).toEqual([{ path, message: expect.stringContaining(message) }]);
  }
  expect((await start('{')).status).toBe(400);
  const reader = await api.makeKey({ platform: 'urpa', scopes: ['events:read'] });
  expect((await start({ filter: {} }, { key: reader })).status).toBe(403);
  expect(await sql('select id from recoveries')).toEqual([]);
  const { id } = (await start({ filter: {} })).body;
  expect((await api.ask('POST', `${RECOVERIES}/${id}/cancel`, { key: reader })).status).toBe(403);
  expect((await api.ask('PUT', `${RECOVERIES}/${id}`, { body: { rate: 'fast' } })).status).toBe(422);
  expect((await api.ask('GET', `${RECOVERIES}/${id}`, { key: reader })).status).toBe(200);
  expect((await api.ask('GET', `${RECOVERIES}?cursor=x`)).status).toBe(422);
  for (const missing of [uuidv7(), 'nonsense'])
    expect((await api.ask('GET', `${RECOVERIES}/${missing}`)).status).toBe(404);
});
