import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createSecretBox } from '../../core/secrets.ts';
import { DELIVERIES, MASTER_KEY, organization, startApi, URPA, WEBHOOKS, type TestApi } from '../api.ts';
import { startImport } from '../import-process.ts';
import { POSTGRES_SCHEMA } from '../old-schema.ts';

const WEBHOOK = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
const SECRET = 'a-secret-of-the-old-system';
const name = `test_old_${randomBytes(6).toString('hex')}`;
const HOUR_AGO = new Date(Math.floor(Date.now() / 1000 - 3600) * 1000);

let api: TestApi;
let admin: pg.Client;
let old: pg.Client;
let url: string;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: inject('databaseUrl') });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const address = new URL(inject('databaseUrl'));
  address.pathname = `/${name}`;
  url = address.toString();
  old = new pg.Client({ connectionString: url });
  [api] = await Promise.all([startApi(), old.connect()]);
  await old.query(POSTGRES_SCHEMA);
  await old.query(
    `insert into urpa_webhooks (id, url, secret, events, created_at, updated_at)
     values ($1, 'https://receiver.example/hook', $2, '["contact.created"]', '2026-01-01 10:00:00', '2026-01-01 10:00:00')`,
    [WEBHOOK, SECRET],
  );
});
afterAll(async () => {
  await Promise.all([api.close(), old.end()]);
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

interface Fields {
  id: string;
  data: string;
  status?: string;
  at?: Date;
  timestamp?: string;
  webhook?: string;
}

async function addOld({
  id,
  data,
  status = 'delivered',
  at = HOUR_AGO,
  timestamp = writeTime(HOUR_AGO),
  webhook = WEBHOOK,
}: Fields): Promise<void> {
  const time = at.toISOString().slice(0, 19).replace('T', ' ');
  const payload = `{"event":"contact.created","timestamp":"${timestamp}","data":${data}}`;
  await old.query(
    `insert into urpa_webhook_events (id, webhook_id, event, payload, status, attempts, response_code, delivered_at, created_at, updated_at)
     values ($1, $2, 'contact.created', $3, $4, 1, 200, $5, $5, $5)`,
    [id, webhook, payload, status, time],
  );
}

const writeTime = (time: Date) => `${time.toISOString().slice(0, 19)}Z`;

async function run(source: string, args: string[], input?: string) {
  const env = { DATABASE_URL: api.database.url, POSTHORN_MASTER_KEY: MASTER_KEY.toString('base64') };
  const { code, output, errors } = await startImport(env, [source, ...args, '--json'], input).ended;
  return { code, errors, result: output === '' ? null : JSON.parse(output) };
}

/** A UUIDv7 of a time. */
const idAt = (time: Date) => {
  const at = time.getTime().toString(16).padStart(12, '0');
  return `${at.slice(0, 8)}-${at.slice(8)}${uuidv7().slice(13)}`;
};

describe('an import from PostgreSQL', () => {
  const kept = idAt(HOUR_AGO);
  const random = 'c9bf9e57-1685-4c89-bafb-ff5af830be8a';

  test('keeps the id and the secret of a webhook, and ids of deliveries that have their time', async () => {
    await addOld({ id: kept, data: '{"id":"one"}' });
    await addOld({ id: random, data: '{"id":"two"}' });
    const { code, result } = await run(url, ['--yes', '--paused']);
    expect([code, result.problems]).toEqual([0, []]);
    expect(result).toMatchObject({ webhooks: { added: 1 }, deliveries: { added: 2 } });
    const { body } = await api.ask('GET', `${WEBHOOKS}/${WEBHOOK}`);
    expect(body).toMatchObject({
      id: WEBHOOK,
      paused: true,
      paused_reason: 'imported to be compared with the old system',
    });
    const { rows } = await api.database.pool.query<{ secret: Buffer }>('select secret from webhooks where id = $1', [
      WEBHOOK,
    ]);
    expect(createSecretBox(MASTER_KEY).open(rows[0]!.secret)).toBe(SECRET);
    const found = await api.ask('GET', `${DELIVERIES}?q=${random}`);
    expect(found.body.data).toMatchObject([
      { created_at: HOUR_AGO.toISOString(), delivered_at: HOUR_AGO.toISOString() },
    ]);
    expect((await api.ask('GET', `${DELIVERIES}/${kept}`)).body).toMatchObject({
      id: kept,
      payload: { data: { id: 'one' } },
    });
  });

  test('puts the deliveries of one event together, and makes partitions of old weeks', async () => {
    const longAgo = new Date(Date.now() - 60 * 86_400_000);
    const timestamp = writeTime(longAgo);
    for (const seconds of [1, 2]) {
      const at = new Date(longAgo.getTime() + seconds * 1000);
      await addOld({ id: idAt(at), data: '{"id":"shared"}', at, timestamp });
    }
    expect((await run(url, ['--yes'])).result.deliveries).toMatchObject({ added: 2, 'already here': 2 });
    const { body } = await api.ask('GET', `${DELIVERIES}?q=shared`);
    expect(body.data).toHaveLength(2);
    expect(new Set(body.data.map((one: { event_id: string }) => one.event_id)).size).toBe(1);
  });

  test('says which column is missing, and takes the name of another', async () => {
    await old.query('alter table urpa_webhook_events rename column payload to content');
    const lacking = await run(url, ['--dry-run']);
    expect(lacking).toMatchObject({
      code: 1,
      errors: expect.stringContaining('--column urpa_webhook_events.payload=<column>'),
    });
    const named = await run(url, ['--dry-run', '--column', 'urpa_webhook_events.payload=content']);
    expect(named).toMatchObject({ code: 0, result: { deliveries: { 'already here': 4 } } });
    await old.query('alter table urpa_webhook_events rename column content to payload');
    expect(await run(url, ['--dry-run', '--platform', '4calls'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('coord_webhooks'),
    });
  });

  test('refuses the database of Posthorn itself and what cannot be opened', async () => {
    const itself = await run(api.database.url, ['--dry-run']);
    expect(itself).toMatchObject({ code: 1, errors: expect.stringContaining('Posthorn itself') });
    const nowhere = await run('mysql://root@127.0.0.1:1/old', ['--dry-run']);
    expect(nowhere).toMatchObject({ code: 1, errors: expect.stringContaining('cannot be opened') });
  });
});

describe('a comparison', () => {
  const emit = async (data: object, timestamp: string, deliveries = 1) => {
    const answer = await api.ask('POST', `${URPA}/events`, { body: { event: 'contact.created', data, timestamp } });
    expect(answer.body.deliveries).toHaveLength(deliveries);
  };

  test('finds what only one system has, and other bytes', async () => {
    const at = new Date();
    const timestamp = writeTime(at);
    await emit({ id: 'same', name: 'Ä' }, timestamp);
    await addOld({ id: idAt(at), data: String.raw`{"id":"same","name":"\u00c4"}`, at, timestamp });
    const args = ['--compare', '--since', '10m', '--until', '0s'];
    expect(await run(url, args)).toMatchObject({
      code: 0,
      result: { matched: 1, onlyOld: 0, onlyPosthorn: 0, otherBytes: 0, otherTimestamp: 0, otherOrder: 0 },
    });

    await emit({ b: 1, a: { d: ['x,y', 3], c: null } }, timestamp);
    await addOld({ id: idAt(at), data: '{"a":{"c":null,"d":["x,y",3]},"b":1}', at, timestamp });
    expect(await run(url, args)).toMatchObject({ code: 0, result: { matched: 2, otherBytes: 0, otherOrder: 1 } });

    await emit({ id: 'only here' }, timestamp);
    await emit({ number: 12345678901234567000 }, '2026-01-22T10:30:00Z');
    const onlyThere = idAt(at);
    await addOld({ id: onlyThere, data: '{"id":"only there"}', at, timestamp });
    await addOld({ id: idAt(at), data: '{"number":12345678901234567000}', at, timestamp });
    const { code, result } = await run(url, args);
    expect(code).toBe(1);
    expect(result).toMatchObject({ matched: 3, onlyOld: 1, onlyPosthorn: 1, otherBytes: 1, otherTimestamp: 1 });
    expect(result.examples.onlyOld).toEqual([onlyThere]);
  });

  test('ends with what only Posthorn has; the rest is cancelled', async () => {
    const takenOver = idAt(new Date());
    const refused = 'f47ac10b-58cc-4372-a567-0e02b2c3d480';
    await old.query(
      `insert into urpa_webhooks (id, url, secret, events, created_at, updated_at)
       select $1, 'http://10.0.0.5/', secret, events, created_at, updated_at from urpa_webhooks`,
      [refused],
    );
    expect((await run(url, ['--yes', '--paused'])).result.webhooks).toMatchObject({ added: 1, unchanged: 1 });
    const both = { data: '{"id":"both"}', at: new Date(), timestamp: writeTime(new Date()) };
    await emit({ id: 'both' }, both.timestamp, 2);
    for (const webhook of [WEBHOOK, refused]) await addOld({ ...both, id: idAt(both.at), webhook });
    await addOld({ id: takenOver, data: '{"id":"still open"}', status: 'pending', at: new Date() });
    expect((await run(url, ['--yes', '--take-over'])).result.deliveries).toMatchObject({ 'taken over': 1 });
    expect((await run(url, ['--go-live', '--dry-run'])).result).toEqual({ webhooks: 1, cancelled: 5, sent: 2 });
    const { code, result } = await run(url, ['--go-live', '--yes']);
    expect([code, result]).toEqual([0, { webhooks: 1, cancelled: 5, sent: 2 }]);
    expect((await api.ask('GET', `${WEBHOOKS}/${WEBHOOK}`)).body).toMatchObject({ paused: false });
    const { rows } = await api.database.pool.query<{ data: string }>(
      `select e.body::json #>> '{data,id}' as data from outbox o join events e on e.id = o.event_id order by 1`,
    );
    expect(rows.map(({ data }) => data)).toEqual(['only here', 'still open']);
    const cancelled = await api.ask('GET', `${DELIVERIES}?status=cancelled`);
    expect(cancelled.body.data).toHaveLength(5);
    expect((await api.ask('GET', `${WEBHOOKS}/${refused}`)).body).toMatchObject({ paused: true });
    expect(await run(url, ['--go-live', '--yes'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('nothing to do'),
    });
  });
});

describe('an import of records', () => {
  const record = (fields: object) => JSON.stringify(fields);
  const webhook = {
    type: 'webhook',
    platform: '4calls',
    id: 7,
    org_id: 'org-7',
    url: 'https://receiver.example/7',
    secret: SECRET,
    events: ['contact.created'],
  };
  const delivery = {
    type: 'delivery',
    platform: '4calls',
    id: 70,
    webhook_id: 7,
    event: 'contact.created',
    status: 'delivered',
    attempts: 1,
  };
  const payload =
    '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":12345678901234567,"rate":1.10}}';
  const line = `${record({ ...delivery, created_at: HOUR_AGO }).slice(0, -1)},"payload":${payload}}`;

  test('from standard input takes each line and lists those that are none', async () => {
    const lines = [
      record(webhook),
      line,
      '',
      '{"type":"delivery"}',
      'no JSON',
      record({ ...delivery, platform: 'other' }),
    ];
    const { code, result } = await run('-', ['--yes'], lines.join('\n'));
    expect(code).toBe(1);
    expect(result).toMatchObject({ webhooks: { added: 1 }, deliveries: { added: 1 }, states: { delivered: 1 } });
    const bad = result.problems.filter(({ kind }: { kind: string }) => kind === 'line');
    expect(bad.flatMap(({ examples }: { examples: string[] }) => examples).toSorted()).toEqual(['4', '5', '6']);
    const { body } = await api.ask('GET', `${organization('org-7')}/webhooks/events`);
    expect(body.data).toMatchObject([{ event: 'contact.created', status: 'delivered' }]);
    const one = await api.ask('GET', `${organization('org-7')}/webhooks/events/${body.data[0].id}`);
    expect(one.text).toContain('"id":12345678901234567,"rate":1.1');
    const { data } = (await api.ask('GET', `${organization('org-7')}/webhooks/events?q=old:70`)).body;
    expect(data).toHaveLength(1);
  });

  test('knows webhooks of an earlier run', async () => {
    const again = await run('-', ['--yes'], `${line}\n${line.replace('"id":70', '"id":71')}`);
    expect(again).toMatchObject({ code: 0, result: { deliveries: { added: 1, 'already here': 1 } } });
  });
});
