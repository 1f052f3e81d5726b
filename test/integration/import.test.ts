import { createHmac, randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliveryIdOf } from '../../import/convert/ids.ts';
import { eventually } from '../eventually.ts';
import { startImport, type ImportProcess } from '../import-process.ts';
import { hasMariadb, startMariadb, type Mariadb } from '../mariadb.ts';
import { addDelivery, addWebhook, PAYLOAD, SECRET } from '../old-rows.ts';
import { fillHistory, MARIADB_SCHEMA } from '../old-schema.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

/** Of Debian's mariadb-server, or the tests are skipped. */
const masterKey = randomBytes(32).toString('base64');
const ROWS = 5_000;
const FAILED = ROWS / 10;
const COORD_ID = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
const HISTORY = '/api/urpa/webhooks/events';

let system: System;
let receiver: Receiver;
let old: Mariadb;

beforeAll(async () => {
  if (!hasMariadb) return;
  const settings = { env: { POSTHORN_MASTER_KEY: masterKey } };
  [system, receiver, old] = await Promise.all([System.start(settings), startReceiver(), startMariadb()]);
  await old.connection.query(MARIADB_SCHEMA);
  await addWebhook(old.connection, 1, receiver.url);
  await old.connection.query(
    `insert into coord_webhooks (id, org_id, url, secret, events, created_at, updated_at)
     values (?, 'org-1', ?, ?, '["appointment.created"]', '2026-01-01 10:00:00', '2026-01-01 10:00:00')`,
    [COORD_ID, receiver.url, SECRET],
  );
  await old.connection.query(fillHistory(ROWS));
});
afterAll(async () => {
  await Promise.all([system?.stop(), receiver?.close(), old?.stop()]);
});

const start = (args: string[], env: NodeJS.ProcessEnv = {}): ImportProcess => {
  const target = {
    DATABASE_URL: system.databaseUrl,
    POSTHORN_MASTER_KEY: masterKey,
    POSTHORN_TARGET_ALLOWLIST: '127.0.0.0/8',
  };
  return startImport({ ...target, ...env }, [old.url, ...args]);
};
const run = (args: string[], env?: NodeJS.ProcessEnv) => start(args, env).ended;
const report = async (args: string[], env?: NodeJS.ProcessEnv) =>
  JSON.parse((await run([...args, '--json'], env)).output);

const count = async (table: string): Promise<number> =>
  (await system.sql(`select count(*)::int as rows from ${table}`))[0]!['rows'] as number;
const contents = async () =>
  await system.sql(`select (select count(*) from events) as events, (select count(*) from event_values) as "values", (select count(*) from attempts) as attempts,
    (select count(*) from deliveries) as deliveries, (select count(*) from outbox) as outbox, (select count(*) from webhooks) as webhooks,
    (select md5(string_agg(d::text, '' order by id)) from deliveries d) as hash`);
const totals = async () => (await system.call('GET', '/api/dashboard/overview?range=7d&platform=urpa')).body.totals;

/** The id here of an old delivery. */
async function idOf(oldId: number): Promise<string> {
  const [rows] = await old.connection.query<never>('select created_at from urpa_webhook_events where id = ?', [oldId]);
  return deliveryIdOf(
    'urpa',
    String(oldId),
    new Date(`${(rows as { created_at: Date }[])[0]!.created_at.toISOString()}`),
  );
}

/** Runs an import until it waits for this transaction, which stores one of its deliveries. */
async function untilHalfway(work: (importing: ImportProcess) => Promise<void>, args: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query(
    `insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, max_attempts)
     values ($1, $1, $1, 'urpa', '', 'contact.created', 'delivered', 6)`,
    [await idOf(ROWS - 1_000)],
  );
  const importing = start(args);
  await eventually(async () => (await system.sql(WAITING)).length > 0);
  try {
    await work(importing);
  } finally {
    await client.query('rollback');
    await client.end();
  }
}

const WAITING = `select from pg_stat_activity where application_name = 'posthorn import' and wait_event_type = 'Lock' and datname = current_database()`;

describe.skipIf(!hasMariadb)('an import from MariaDB', () => {
  test('begins with a dry run, which changes nothing', async () => {
    const before = await contents();
    const { code, output, errors } = await run(['--dry-run']);
    expect(code).toBe(0);
    expect(errors).toContain('urpa_webhook_events (urpa): 5,000 rows');
    expect(errors).not.toContain('p@ss');
    expect(output).toContain('2 added');
    expect(output).toContain(`new ones: 4,500 delivered, 500 failed`);
    expect(output).toContain('its secret is shorter than 16 characters');
    expect(await contents()).toEqual(before);
    expect(await run([])).toMatchObject({ code: 2, errors: expect.stringContaining('--yes') });
  });

  test('that is killed stores whole batches, Ctrl-C ends one in order, and the next goes on', async () => {
    await untilHalfway(
      async ({ child, ended }) => {
        child.kill('SIGKILL');
        await ended;
      },
      ['--yes'],
    );
    await eventually(async () => (await system.sql(WAITING)).length === 0);
    const stored = await count('deliveries');
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(ROWS);
    expect(await count('attempts')).toBe(stored);

    let interrupted: ImportProcess['ended'] | undefined;
    await untilHalfway(
      async ({ child, ended }) => {
        child.kill('SIGINT');
        interrupted = ended;
        expect(await run(['--yes'])).toMatchObject({
          code: 1,
          errors: expect.stringContaining('another import is running'),
        });
      },
      ['--yes'],
    );
    expect(await interrupted).toMatchObject({ code: 130, errors: expect.stringContaining('the same command goes on') });

    expect(await report(['--yes'])).toMatchObject({ finished: true });
    expect(await count('deliveries')).toBe(ROWS);
    expect(await totals()).toMatchObject({ accepted: ROWS, delivered: ROWS - FAILED, failed: FAILED });
    const [overview] = await system.sql('select count(*)::int as rows from outcomes where failed_attempts <> failed');
    expect(overview).toEqual({ rows: 0 });
  });

  test('run again changes nothing', async () => {
    const before = await contents();
    const { webhooks, deliveries } = await report(['--yes', '--take-over']);
    expect(webhooks).toMatchObject({ added: 0, updated: 0, unchanged: 2 });
    expect(deliveries).toMatchObject({ added: 0, updated: 0, 'already here': ROWS });
    expect(await contents()).toEqual(before);
    expect(await totals()).toMatchObject({ accepted: ROWS });
  });

  test('shows in the API as if it had happened here', async () => {
    const { body: list } = await system.call('GET', '/api/urpa/integrations/webhooks');
    expect(list.data).toMatchObject([
      {
        url: receiver.url,
        active: true,
        paused: false,
        events: ['contact.created'],
        created_at: '2026-01-01T10:00:00.000Z',
      },
    ]);
    const { body: coord } = await system.call('GET', `/api/coordinator/organizations/org-1/webhooks/${COORD_ID}`);
    expect(coord).toMatchObject({ id: COORD_ID, org_id: 'org-1', events: ['appointment.created'] });
    const failed = await system.call('GET', `${HISTORY}?status=failed&limit=1`);
    expect(failed.body.data).toMatchObject([
      { webhook_id: list.data[0].id, status: 'failed', attempts: 6, status_code: 500 },
    ]);
    for (const q of ['old:7', 'c7', '7@example.com']) {
      const found = await system.call('GET', `${HISTORY}?q=${encodeURIComponent(q)}`);
      expect(found.body.data).toMatchObject([{ id: await idOf(7), status: 'delivered', response_body: 'OK' }]);
    }
    const one = await system.delivery(await idOf(10));
    expect(one).toMatchObject({
      attempt_history: [{ number: 6, status_code: 500, error_message: 'the receiver answered 500' }],
      payload: { data: { id: 'c10' } },
    });
  });

  test('takes over what was still to be sent, with its bytes, its signature and the rest of its schedule', async () => {
    const sent = receiver.arrivals.length;
    await addWebhook(old.connection, 2, receiver.url, ['contact.created'], 0);
    const due = { id: 10_001, status: 'retrying', attempts: 3, next: -1 };
    const later = { id: 10_002, status: 'failed', attempts: 2, next: 7 };
    for (const one of [
      due,
      later,
      { id: 10_003, status: 'pending' },
      { id: 10_004, status: 'pending', created: -3000 },
    ])
      await addDelivery(old.connection, one);
    await addDelivery(old.connection, { id: 10_005, webhook: 2, status: 'retrying', attempts: 1, next: 1 });
    expect((await report(['--yes'])).deliveries).toMatchObject({ 'left open': 5, 'taken over': 0 });
    expect(receiver.arrivals.length).toBe(sent);

    receiver.answer(
      ({ headers }, response) => void response.writeHead(headers['webhook-id'] === dueId ? 503 : 200).end(),
    );
    const dueId = await idOf(10_001);
    expect((await report(['--yes', '--take-over'])).deliveries).toMatchObject({ 'taken over': 4, stuck: 1 });
    expect(await system.reaches(await idOf(10_003), 'delivered')).toMatchObject({
      attempts: 1,
      attempt_history: [{ number: 1 }],
    });
    const retried = await eventually(async () => {
      const delivery = await system.delivery(dueId);
      return delivery.attempts === 4 && delivery;
    });
    expect(retried).toMatchObject({
      status: 'retrying',
      max_attempts: 6,
      attempt_history: [{ number: 3 }, { number: 4, status_code: 503 }],
    });
    const gapMs = Date.parse(retried.next_attempt_at!) - Date.parse(retried.attempt_history[1]!.started_at);
    expect(Math.round(gapMs / 60_000)).toBe(16);
    const workflow = (await system.temporal()).workflow.getHandle(retried.workflow_id!);
    await eventually(async () => (await workflow.describe()).status.name === 'RUNNING');
    expect(await system.delivery(await idOf(10_002))).toMatchObject({
      status: 'retrying',
      attempts: 2,
      next_attempt_at: expect.any(String),
    });
    expect(await system.delivery(await idOf(10_005))).toMatchObject({ status: 'cancelled' });
    const [arrival] = receiver.of(dueId);
    expect(arrival!.body).toBe(PAYLOAD);
    expect(arrival!.headers['x-urpa-signature']).toBe(createHmac('sha256', SECRET).update(PAYLOAD).digest('hex'));
    receiver.answer(status(200));
    const before = await contents();
    expect((await report(['--yes', '--take-over'])).deliveries).toMatchObject({ added: 0, 'taken over': 0, stuck: 1 });
    expect(await contents()).toEqual(before);
  });

  test('brings over what changed since, but nothing that was changed here', async () => {
    const { id } = (await system.call('GET', '/api/urpa/integrations/webhooks')).body.data.find(
      ({ active }: { active: boolean }) => active,
    );
    const change = (sql: string) => old.connection.query(sql);
    await change(`update urpa_webhooks set description = 'from there', updated_at = utc_timestamp() where id = 1`);
    await change(
      `update urpa_webhook_events set status = 'delivered', attempts = 7, response_code = 200, delivered_at = utc_timestamp(), updated_at = utc_timestamp() where id = 10`,
    );
    await change(`update coord_webhooks set deleted_at = utc_timestamp() where id = '${COORD_ID}'`);
    const { webhooks, deliveries } = await report(['--yes']);
    expect([webhooks, deliveries]).toMatchObject([
      { updated: 2, added: 0 },
      { updated: 1, added: 0 },
    ]);
    expect((await system.call('GET', `/api/urpa/integrations/webhooks/${id}`)).body.description).toBe('from there');
    expect(await system.delivery(await idOf(10))).toMatchObject({
      status: 'delivered',
      attempts: 7,
      attempt_history: [{ number: 6 }, { number: 7, error_message: null }],
    });
    expect((await system.call('GET', `/api/coordinator/organizations/org-1/webhooks/${COORD_ID}`)).status).toBe(404);

    await system.call('PUT', `/api/urpa/integrations/webhooks/${id}`, { description: 'from here' });
    await change(`update urpa_webhooks set description = 'from there again' where id = 1`);
    const { problems } = await report(['--yes']);
    expect(problems).toContainEqual(
      expect.objectContaining({
        kind: 'webhook',
        reason: expect.stringContaining('stays as it is here'),
        examples: ['1'],
      }),
    );
    expect((await system.call('GET', `/api/urpa/integrations/webhooks/${id}`)).body.description).toBe('from here');
  });

  test('lists what cannot come over, and why', async () => {
    await addWebhook(old.connection, 3, 'http://10.0.0.5/hook', ['contact.created', 'call.ended']);
    await addWebhook(old.connection, 4, receiver.url);
    await old.connection.query(`update urpa_webhooks set secret = ? where id = 4`, [
      Buffer.from('{"iv":"a","value":"b","mac":"c"}').toString('base64'),
    ]);
    await addDelivery(old.connection, { id: 20_001, webhook: 99, status: 'delivered' });
    await addDelivery(old.connection, { id: 20_002, webhook: 4, status: 'delivered' });
    await addDelivery(old.connection, { id: 20_003, status: 'lost' });
    await addDelivery(old.connection, { id: 20_004, status: 'delivered', created: 600 });
    await addDelivery(old.connection, { id: 20_005, webhook: 3, status: 'pending' });
    await addDelivery(old.connection, { id: 20_006, status: 'delivered', created: -200 * 24 * 60 });
    const { code, output } = await run(['--yes', '--take-over', '--json']);
    expect(code).toBe(1);
    const result = JSON.parse(output);
    expect(result.deliveries).toMatchObject({ refused: 4, older: 1, 'taken over': 1 });
    const reasons = Object.fromEntries(
      result.problems.map(({ kind, reason, examples }: { kind: string; reason: string; examples: string[] }) => [
        `${kind}: ${reason}`,
        examples,
      ]),
    );
    expect(reasons).toMatchObject({
      "webhook: its secret is encrypted by Laravel: set APP_KEY to the old system's key": ['4'],
      'webhook: the event type "call.ended" does not exist here': ['3'],
      'delivery: its webhook is not among those that came over': ['20001', '20002'],
      'delivery: its status "lost" is unknown: say what it means with --status': ['20003'],
      'delivery: it was created in the future: check --timezone': ['20004'],
    });
    expect(Object.keys(reasons).join()).toContain('paused, because its URL is refused: 10.0.0.5');
    expect(await system.delivery(await idOf(20_005))).toMatchObject({ status: 'held', attempts: 0 });
  });
});
