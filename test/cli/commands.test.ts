import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
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
    expect(explained).toMatch(/next +attempt 2 in 1 min \d+ s, 4 more if that fails/);
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

describe('keys and profiles', () => {
  test('a key is created, stored as a profile that only its user can read, used, and revoked', async () => {
    const create = [
      'keys',
      'create',
      'crm',
      'events:write',
      'events:read',
      '--platform',
      'urpa',
      '--expires-in',
      '1h',
      '--json',
    ];
    const { id, key } = (await home.ok(create)).lines()[0] as { id: string; key: string };
    const none = { POSTHORN_URL: '', POSTHORN_KEY: '' };
    expect((await home.ok(['keys', 'list'])).stdout).toMatch(/ crm .* never +events:write, events:read \(until /);
    const login = await home.ok(['login', system.apiUrl, '--profile', 'crm'], none, `${key}\n`);
    expect(login.stdout).not.toContain(key);
    const file = join(home.folder, 'config/posthorn/profiles.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home.folder, 'config/posthorn')).mode & 0o777).toBe(0o700);
    expect((await home.ok(['profile', 'show', '--json'], none)).lines()).toMatchObject([
      { url: system.apiUrl, source: 'the profile crm', key: { name: 'crm', platform: 'urpa' } },
    ]);
    await home.ok(['emit', 'contact.created', '-d', '{}'], none);
    const refused = await home.run(['webhooks', 'list'], none);
    expect(refused.stderr).toContain('this key lacks the scope webhooks:read; it has events:write, events:read');
    expect(refused.code).toBe(4);

    // The key stays with the URL that it was stored for.
    const elsewhere = await home.run(['deliveries', 'list', '--url', 'http://127.0.0.1:9'], none);
    expect(elsewhere.stderr).toContain('there is no key for http://127.0.0.1:9');
    expect(elsewhere.code).toBe(4);

    chmodSync(file, 0o644);
    expect((await home.ok(['profile', 'list'], none)).stderr).toContain('others may read the keys');
    await home.ok(['keys', 'revoke', id, '--yes']);
    const revoked = await eventually(async () => {
      const ended = await home.run(['deliveries', 'list'], none);
      return ended.code !== 0 && ended;
    });
    expect(revoked.stderr).toMatch(/this key does not exist or was revoked\nThe key comes from the profile crm/);
    expect(revoked.code).toBe(4);
    await home.ok(['profile', 'remove', 'crm'], none);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(key);
  });

  test('a wrong key is not stored', async () => {
    const ended = await home.run(['login', system.apiUrl, '--profile', 'wrong'], { POSTHORN_KEY: 'ph_wrong' });
    expect(ended.code).toBe(4);
    expect((await home.ok(['profile', 'list'])).stdout).not.toContain('wrong');
  });

  test('flags come before the environment, that before a profile, and an installation is found without any', async () => {
    const other = new Home();
    try {
      const dataDir = other.folder;
      writeFileSync(join(dataDir, 'posthorn.json'), JSON.stringify({ adminKey: system.adminKey }));
      const local = { POSTHORN_DATA_DIR: dataDir, PORT: new URL(system.apiUrl).port };
      const [shown] = (await other.ok(['profile', 'show', '--json'], local)).lines();
      expect(shown).toMatchObject({ url: `http://localhost:${local.PORT}`, source: `the installation in ${dataDir}` });
      await other.ok(['login', '--profile', 'here'], local);
      expect((await other.ok(['profile', 'list'])).stdout).toMatch(/\* +here /);
      const given = { POSTHORN_PROFILE: 'here', POSTHORN_KEY: 'ph_not_this_one' };
      expect((await other.run(['deliveries', 'list'], given)).code).toBe(4);
      await other.ok(['deliveries', 'list', '--key', system.adminKey], given);
      expect((await other.run(['deliveries', 'list', '--profile', 'nobody'])).stderr).toContain('there are: here');
    } finally {
      other.remove();
    }
  });
});

describe('what every command does', () => {
  test('it ends with documented codes', async () => {
    const away = { POSTHORN_URL: `http://127.0.0.1:${await findFreePort()}` };
    const table: [string[], number, NodeJS.ProcessEnv?][] = [
      [[], 0],
      [['--help'], 0],
      [['emit', '--help'], 0],
      [['deliveries', 'list'], 0],
      [['deliveries', 'get', '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77'], 1],
      [['webhooks'], 2],
      [['emti'], 2],
      [['deliveries', 'list', '--status', 'lost'], 2],
      [['deliveries', 'list', '--since', 'yesterday'], 2],
      [['deliveries', 'list', '--nonsense'], 2],
      [['deliveries', 'list', '--url', 'ftp://x'], 2],
      [['deliveries', 'list'], 3, away],
      [['tail'], 3, away],
      [['deliveries', 'list'], 4, { POSTHORN_KEY: 'ph_unknown' }],
      [['deliveries', 'list'], 4, { POSTHORN_URL: '', POSTHORN_KEY: '' }],
    ];
    for (const [args, code, env] of table) {
      const ended = await home.run(args, env);
      expect([args, ended.code, ended.stderr === ''], ended.stderr).toEqual([args, code, code === 0]);
      if (code !== 0) expect(ended.stderr).toMatch(/^error: .+\n/);
    }
    expect((await home.run(['emti'])).stderr).toContain('Did you mean emit?');
    const json = await home.run(['deliveries', 'list', '--json'], away);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'unreachable', hint: expect.any(String) } });
  });

  test('it is coloured only on a terminal, or if asked for, and never with NO_COLOR', async () => {
    const coloured = (text: string) => text.includes('\u001b[');
    const list = ['deliveries', 'list'];
    expect(coloured((await home.ok(list)).stdout)).toBe(false);
    expect(coloured((await home.ok(list, { FORCE_COLOR: '1' })).stdout)).toBe(true);
    expect(coloured((await home.ok(list, { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout)).toBe(false);
    expect(coloured((await home.ok([...list, '--no-color'], { FORCE_COLOR: '1' })).stdout)).toBe(false);
    expect(coloured((await home.ok([...list, '--json'], { FORCE_COLOR: '1' })).stdout)).toBe(false);
  });

  test.runIf(existsSync('/bin/bash'))('bash completes commands, options and values', async () => {
    const bin = new URL('../../bin/', import.meta.url).pathname;
    const complete = async (...typed: string[]) => {
      const script = `eval "$(posthorn completion bash)"; COMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length - 1}; _posthorn; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, XDG_CONFIG_HOME: home.folder };
      return (await promisify(execFile)('/bin/bash', ['-c', script], { env })).stdout.trim().split('\n');
    };
    expect(await complete('posthorn', 'deli')).toEqual(['deliveries']);
    expect(await complete('posthorn', 'webhooks', 'p')).toEqual(['pause']);
    expect(await complete('posthorn', 'deliveries', 'list', '--st')).toEqual(['--status']);
    expect(await complete('posthorn', 'emit', '--platform', '')).toEqual(['urpa', '4calls', 'posthorn']);
  });
});
