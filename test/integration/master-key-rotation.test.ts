import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MasterKeyError, requireMasterKey } from '../../core/db/master-key.ts';
import { rotateMasterKey } from '../../core/db/rotate-master-key.ts';
import { createSecretBox } from '../../core/secrets.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const OLD = randomBytes(32);
const NEW = randomBytes(32);
const SECRET = 'a-secret-of-a-receiver';
const TOKEN = 'Bearer 7f3a9c51e0b84d26';

let system: System;
let receiver: Receiver;
let pool: pg.Pool;
let folder: string;
beforeAll(async () => {
  const keys = [OLD, NEW].map((key) => key.toString('base64')).join(',');
  [system, receiver] = await Promise.all([System.start({ env: { POSTHORN_MASTER_KEY: keys } }), startReceiver()]);
  pool = new pg.Pool({ connectionString: system.databaseUrl });
  folder = mkdtempSync(join(tmpdir(), 'posthorn-keys-'));
});
afterAll(async () => {
  await pool.end();
  await Promise.all([system.stop(), receiver.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function rotateByCommand(keys: string) {
  const { POSTHORN_MASTER_KEY: _, ...env } = process.env;
  const file = join(folder, 'keys');
  writeFileSync(file, keys);
  const script = new URL('../../bin/posthorn.ts', import.meta.url).pathname;
  return promisify(execFile)(process.execPath, [script, 'master-key', 'rotate'], {
    env: { ...env, DATABASE_URL: system.databaseUrl, POSTHORN_MASTER_KEY_COMMAND: `cat ${file}` },
  });
}

test('everything is encrypted with the new key while deliveries go on, and the old key then opens nothing', async () => {
  const fields = { secret: SECRET, headers: { Authorization: TOKEN, 'X-Team': 'billing' } };
  const { id } = await system.register(receiver.url, fields);
  await system.call('POST', `${WEBHOOKS}/${id}/secret/rotate`, {});
  await system.register(receiver.url);
  const { updated_at } = (await system.call('GET', `${WEBHOOKS}/${id}`)).body;
  const emitting = Promise.all(Array.from({ length: 40 }, () => system.emit()));
  const { stdout } = await rotateByCommand(`${NEW.toString('hex')}\n${OLD.toString('hex')}\n`);
  expect(stdout).toContain('2 webhooks changed');
  for (const delivery of [...(await emitting), await system.emit()].flat()) {
    expect(await system.reaches(delivery, 'delivered')).toMatchObject({ attempts: 1 });
  }
  expect(receiver.arrivals.filter(({ headers }) => headers.authorization === TOKEN)).toHaveLength(41);
  expect((await system.call('GET', `${WEBHOOKS}/${id}`)).body.updated_at).toBe(updated_at);

  const [row] = await system.sql('select secret, previous_secret, options from webhooks where id = $1', [id]);
  const [oldBox, newBox] = [createSecretBox(OLD), createSecretBox(NEW)];
  const sealed = Object.values((row!['options'] as { headers: Record<string, { sealed: string }> }).headers);
  for (const secret of [row!['secret'], row!['previous_secret']] as Buffer[]) {
    expect(() => oldBox.open(secret)).toThrow('another key');
    newBox.open(secret);
  }
  for (const value of sealed) expect(() => oldBox.openText(value)).toThrow('another key');
  expect(sealed.map((value) => newBox.openText(value))).toContain(TOKEN);
  await requireMasterKey(pool, newBox);
  await expect(requireMasterKey(pool, oldBox)).rejects.toThrow(MasterKeyError);
});

test('a secret that was set meanwhile is kept, and another run finds nothing', async () => {
  const { id } = await system.register(receiver.url);
  const box = createSecretBox(OLD, NEW);
  let changed = false;
  const changing = async (text: string, values?: unknown[]) => {
    const answer = await pool.query(text, values);
    const sealed = createSecretBox(NEW).seal('set-meanwhile');
    if (!changed) await system.sql('update webhooks set secret = $2 where id = $1', [id, sealed]);
    changed = true;
    return answer;
  };
  await rotateMasterKey({ query: changing } as unknown as pg.Pool, box);
  const [row] = await system.sql('select secret from webhooks where id = $1', [id]);
  expect(createSecretBox(OLD).open(row!['secret'] as Buffer)).toBe('set-meanwhile');
  expect(await rotateMasterKey(pool, box)).toEqual({ webhooks: 0, unreadable: [] });
});

test('webhooks that none of the keys decrypts are named, and the others are done', async () => {
  const [lost, found] = [await system.register(receiver.url), await system.register(receiver.url)];
  await system.sql('update webhooks set secret = $2 where id = $1', [
    lost.id,
    createSecretBox(randomBytes(32)).seal('x'),
  ]);
  await system.call('DELETE', `${WEBHOOKS}/${(await system.register(receiver.url)).id}`);
  const keys = [NEW, OLD].map((key) => key.toString('base64')).join('\n');
  await expect(rotateByCommand(keys)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(lost.id) });
  const [row] = await system.sql('select secret from webhooks where id = $1', [found.id]);
  createSecretBox(NEW).open(row!['secret'] as Buffer);
});

test('without the right key, nothing is changed', async () => {
  const before = await system.sql('select id, secret from webhooks order by id');
  const rotation = rotateByCommand(randomBytes(32).toString('hex'));
  await expect(rotation).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('is not the key') });
  expect(await system.sql('select id, secret from webhooks order by id')).toEqual(before);
});
