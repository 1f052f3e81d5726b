import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { startApi, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';
import { Home } from './run.ts';

let api: TestApi;
let home: Home;

beforeAll(async () => {
  api = await startApi();
  home = new Home({ apiUrl: api.url, adminKey: api.adminKey });
});
afterAll(async () => {
  home.remove();
  await api.close();
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
    const login = await home.ok(['login', api.url, '--profile', 'crm'], none, `${key}\n`);
    expect(login.stdout).not.toContain(key);
    const file = join(home.folder, 'config/posthorn/profiles.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home.folder, 'config/posthorn')).mode & 0o777).toBe(0o700);
    expect((await home.ok(['profile', 'show', '--json'], none)).lines()).toMatchObject([
      { url: api.url, source: 'the profile crm', key: { name: 'crm', platform: 'urpa' } },
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
    const ended = await home.run(['login', api.url, '--profile', 'wrong'], { POSTHORN_KEY: 'ph_wrong' });
    expect(ended.code).toBe(4);
    expect((await home.ok(['profile', 'list'])).stdout).not.toContain('wrong');
  });

  test('flags come before the environment, that before a profile, and an installation is found without any', async () => {
    const other = new Home();
    try {
      const dataDir = other.folder;
      writeFileSync(join(dataDir, 'posthorn.json'), JSON.stringify({ adminKey: api.adminKey }));
      const local = { POSTHORN_DATA_DIR: dataDir, PORT: new URL(api.url).port };
      const [shown] = (await other.ok(['profile', 'show', '--json'], local)).lines();
      expect(shown).toMatchObject({ url: `http://localhost:${local.PORT}`, source: `the installation in ${dataDir}` });
      const kept = { adminKey: api.adminKey, apiPort: Number(local.PORT) };
      writeFileSync(join(dataDir, 'posthorn.json'), JSON.stringify(kept));
      await other.ok(['deliveries', 'list'], { POSTHORN_DATA_DIR: dataDir });
      await other.ok(['login', '--profile', 'here'], local);
      expect((await other.ok(['profile', 'list'])).stdout).toMatch(/\* +here /);
      const given = { POSTHORN_PROFILE: 'here', POSTHORN_KEY: 'ph_not_this_one' };
      expect((await other.run(['deliveries', 'list'], given)).code).toBe(4);
      await other.ok(['deliveries', 'list', '--key', api.adminKey], given);
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
});
