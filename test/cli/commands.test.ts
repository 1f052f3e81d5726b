import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { Home } from './run.ts';

let system: System;
let receiver: Receiver;
let home: Home;
let webhook: string;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  home = new Home(system);
});
afterAll(async () => {
  home.remove();
  await system.stop();
  await receiver.close();
});

describe('webhooks', () => {
  test('are registered, listed, shown, changed and tested', async () => {
    const created = await home.ok([
      'webhooks',
      'create',
      receiver.url,
      'activity.created',
      '--filter',
      '{"id": {"$ne": "no"}}',
      '--json',
    ]);
    const [registered] = created.lines();
    expect(registered).toMatchObject({
      url: receiver.url,
      events: ['activity.created'],
      filter: { id: { $ne: 'no' } },
    });
    expect(registered!['secret']).toMatch(/^whsec_/);
    webhook = registered!['id'] as string;

    const update = [
      'webhooks',
      'update',
      webhook,
      '--events',
      'activity.created,contact.created',
      '--set',
      'timeout=9',
      '-H',
      'X-Team: blue',
    ];
    expect((await home.ok([...update, '--json'])).lines()).toMatchObject([
      { events: ['activity.created', 'contact.created'], timeout: 9, headers: { 'X-Team': 'blue' } },
    ]);
    expect((await home.ok(['webhooks', 'list', '--json'])).lines()).toMatchObject([{ id: webhook, platform: 'urpa' }]);
    expect((await home.ok(['webhooks', 'get', webhook])).stdout).toMatch(/headers +X-Team: blue\n/);

    const [tested] = (await home.ok(['webhooks', 'test', webhook, '--json'])).lines();
    await eventually(() => receiver.of(tested!['delivery_id'] as string).length === 1);
  });

  test('are paused and resumed, and their secret is rotated', async () => {
    await home.ok(['webhooks', 'pause', webhook]);
    expect((await home.ok(['webhooks', 'list'])).stdout).toMatch(new RegExp(`${webhook}  paused `));
    await home.ok(['webhooks', 'resume', webhook]);
    const [rotated] = (await home.ok(['rotate', webhook, '--overlap', '600', '--json'])).lines();
    expect(rotated!['secret_rotation'].expires_at).toMatch(/Z$/);
    expect(await home.run(['rotate', webhook])).toMatchObject({ code: 1, stdout: '' });
    expect((await home.ok(['rotate', webhook, '--end'])).stdout).toBe('only the new secret is valid\n');
  });

  test('are deleted only if somebody says so', async () => {
    const args = [
      'webhooks',
      'create',
      receiver.url,
      'contact.created',
      '--platform',
      '4calls',
      '--org',
      'a',
      '--json',
    ];
    const id = (await home.ok(args)).lines()[0]!['id'] as string;
    expect(await home.run(['webhooks', 'delete', id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    // Its owner is looked up.
    await home.ok(['webhooks', 'delete', id, '--yes']);
    expect((await home.run(['webhooks', 'pause', id])).stderr).toContain('there is no webhook with this id');
  });
});

describe('emit', () => {
  test('takes data from a flag, a file and stdin, and keeps every digit', async () => {
    const data = '{"id": 12345678901234567890, "price": 1.10}';
    writeFileSync(join(home.folder, 'event.json'), data);
    const emit = ['emit', 'activity.created', '--json'];
    const all = await Promise.all([
      home.ok([...emit, '--data', data]),
      home.ok([...emit, '--file', 'event.json']),
      home.ok(emit, {}, data),
    ]);
    for (const ended of all) {
      const { id } = ended.lines()[0]!['deliveries'][0] as { id: string };
      const [arrival] = await eventually(() => receiver.of(id)[0] && receiver.of(id));
      expect(arrival!.body).toContain('"data":{"id":12345678901234567890,"price":1.1}');
      const shown = await home.ok(['deliveries', 'get', id, '--json']);
      expect(shown.stdout).toContain('12345678901234567890');
    }
  });

  test('repeats nothing under the same idempotency key', async () => {
    const emit = ['emit', 'contact.created', '-d', '{}', '--idempotency-key', 'once', '--json'];
    const [first, again] = [(await home.ok(emit)).lines(), (await home.ok(emit)).lines()];
    expect(again).toEqual(first);
    expect(await home.run([...emit.slice(0, 3), '{"other": 1}', ...emit.slice(4)])).toMatchObject({ code: 1 });
  });

  test('sends many from NDJSON, and names the line that is wrong', async () => {
    const lines = Array.from({ length: 1200 }, (_, index) => `{"event": "contact.created", "data": {"n": ${index}}}`);
    const ended = await home.ok(['emit', '--ndjson', '-', '--json'], {}, `${lines.join('\n')}\n\n`);
    expect(ended.lines()).toHaveLength(1200);
    const data = await home.ok(['emit', 'contact.created', '--ndjson', '-'], {}, '{"a": 1}\n{"a": 2}');
    expect(data.stderr).toBe('accepted 2 events, 2 deliveries\n');

    const mistyped = await home.run(
      ['emit', '--ndjson', '-'],
      {},
      `${lines[0]}\n\n{"event": "contact.craeted", "data": {}}\n`,
    );
    expect(mistyped.stderr).toMatch(
      /error: line 3: event: unknown event type "contact.craeted"; valid are activity.created/,
    );
    expect(mistyped).toMatchObject({ code: 1, stdout: '' });
    const broken = await home.run(['emit', '--ndjson', '-'], {}, `${lines[0]}\n{\n`);
    expect(broken.stderr).toContain('error: line 2 is not JSON');
    expect(broken.code).toBe(2);
  });

  test.each([
    [['emit', 'contact.created'], 'the data is not JSON', 2],
    [['emit', 'contact.created', '-d', '[1'], 'the data is not JSON', 2],
    [['emit', '-d', '{}'], 'the event type is missing', 2],
    [['emit', 'contact.created', '-f', 'missing.json'], 'missing.json cannot be read', 1],
    [['emit', 'contact.created', '-d', '{}', '-f', 'x'], 'give one of --data, --file and --ndjson', 2],
    [['emit', 'nothing.happened', '-d', '{}'], 'event: unknown event type "nothing.happened"', 1],
    [
      ['emit', 'contact.created', '-d', '{}', '--platform', '4calls'],
      '4calls has organizations: name one with --org',
      2,
    ],
    [['emit', 'contact.created', '-d', '{}', '--platform', 'urpa', '--org', 'a'], 'urpa has no organizations', 2],
  ])('%j says what is wrong', async (args, message, code) => {
    const ended = await home.run(args);
    expect(ended.stderr).toContain(`error: ${message}`);
    expect(ended).toMatchObject({ code, stdout: '' });
  });
});

describe('deliveries', () => {
  test('are listed by filter, explained, and retried one by one', async () => {
    receiver.answer(status(503));
    const [event] = (await home.ok(['emit', 'contact.created', '-d', '{"id": "explained"}', '--json'])).lines();
    const { id } = event!['deliveries'][0] as { id: string };
    await system.reaches(id, 'retrying');
    const list = ['deliveries', 'list', '--status', 'retrying', '--webhook', webhook, '--value', 'explained', '--json'];
    expect((await home.ok(list)).lines()).toMatchObject([{ id, status: 'retrying', status_code: 503 }]);
    const explained = (await home.ok(['deliveries', 'get', id])).stdout;
    expect(explained).toMatch(/attempt 1 \(automatic\): status 503, after \d+ ms/);
    expect(explained).toMatch(/next +attempt 2 in [12] min \d+ s, 4 more if that fails/);
    receiver.answer(status(200));
    const mixed = await home.run(['retry', id, '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77', '--json']);
    expect(mixed.lines()).toMatchObject([{ id }]);
    expect(mixed.stderr).toContain('there is no delivery with this id');
    expect(mixed.code).toBe(1);
    await system.reaches(id, 'delivered');
    const again = await home.run(['retry', id, '--json']);
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'already_delivered' } });
  });

  test('are retried by filter after a look, with progress', async () => {
    receiver.answer(status(500));
    const data = ['{"id": "r1"}', '{"id": "r2"}', '{"id": "r3"}'].join('\n');
    const events = (await home.ok(['emit', 'contact.created', '--ndjson', '-', '--json'], {}, data)).lines();
    const ids = events.map((event) => event['deliveries'][0].id as string);
    await Promise.all(ids.map((id) => system.reaches(id, 'retrying')));
    receiver.answer(status(200));
    const filter = ['recover', '--status', 'retrying', '--since', '10m', '--webhook', webhook];
    expect((await home.ok([...filter, '--dry-run', '--json'])).lines()).toEqual([{ count: 3, exact: true }]);
    expect(await home.run(filter)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect((await home.ok([...filter, '--yes'])).stdout).toBe('completed: retried 3\n');
    await Promise.all(ids.map((id) => system.reaches(id, 'delivered')));
  });

  test('that were not made are explained by their event', async () => {
    const emitted = await home.ok(['emit', 'activity.created', '-d', '{"id": "no"}']);
    const id = /posthorn events get (\S+)"/.exec(emitted.stderr)![1]!;
    const { stdout } = await home.ok(['events', 'get', id]);
    expect(stdout).toContain(`${webhook}: its filter did not match: `);
  });
});
